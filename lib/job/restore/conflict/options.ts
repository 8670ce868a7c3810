import type { OptionsSchema } from '../../../options/schema.ts'

/** How to treat a collection that already exists. */
export const conflictOptions = {
  onConflict: {
    type: 'string',
    description:
      'if the collection exists: fail refuses; skip writes only objects that are missing; overwrite replaces those that are there; merge takes each property from the side that has it; replace makes the collection exactly the archive',
    enum: ['fail', 'skip', 'overwrite', 'merge', 'replace'],
    default: 'fail',
    flagOnly: true,
  },
  onNewProperty: {
    type: 'string',
    description:
      'if a property is missing from the class: freeze refuses the restore, if possible before the first write; evolve adds it to the class; discard-value drops its values; discard-object drops the objects that have one',
    enum: ['freeze', 'evolve', 'discard-value', 'discard-object'],
    default: 'freeze',
    flagOnly: true,
  },
  onlyChanged: {
    type: 'boolean',
    description: 'send only objects that differ from the existing ones',
    default: false,
    flagOnly: true,
  },
  prefer: {
    type: 'string',
    description: 'whose value a merge takes if both sides have one',
    enum: ['archive', 'target'],
    default: 'archive',
    flagOnly: true,
  },
  vectors: {
    type: 'string',
    description:
      'which vectors to keep if they may no longer match their texts: archive (or keep) takes those of the archive; target, in a merge, those of the target; drop leaves out those that no longer match, so that the server makes new ones. Needed if the class has a vectorizer, and a merge or a transform changes what it reads',
    enum: ['archive', 'keep', 'target', 'drop'],
    flagOnly: true,
  },
  maxDelete: {
    type: 'string',
    description: 'refuse a replace that would delete more objects than this, before anything is written',
    placeholder: 'N|P%',
    pattern: '^(\\d+|\\d+(\\.\\d+)?%)$',
    default: '10%',
    flagOnly: true,
  },
  undo: {
    type: 'boolean',
    description: 'keep what is changed or deleted, for `col rollback`',
    negative: 'change an existing collection with no way to undo it',
    default: true,
    flagOnly: true,
  },
  keepUndoMs: {
    type: 'integer',
    flag: 'keep-undo',
    unit: 'milliseconds',
    description: 'how long to keep it',
    default: 7 * 24 * 3_600_000,
    minimum: 0,
    maximum: 366 * 24 * 3_600_000,
  },
} as const satisfies OptionsSchema['properties']
