import type { OptionsSchema } from '../../options/schema.ts'

const scriptTimeoutOption = {
  type: 'integer',
  flag: 'script-timeout',
  unit: 'milliseconds',
  description: 'how long a script may take for one object, which is rejected then',
  default: 10_000,
  minimum: 1,
  maximum: 3_600_000,
} as const

const maskKeyFileOption = {
  type: 'string',
  kind: 'file',
  description: 'a file that holds the key of --mask (or set ELYSIACTL_MASK_KEY)',
  placeholder: 'FILE',
  path: true,
  flagOnly: true,
  personal: true,
} as const

/** What becomes of objects on their way. A program gives `transforms` in the context of a job instead. */
export const transformOptions = {
  type: 'object',
  name: 'transform',
  description: 'What becomes of objects and their class on their way, in the order of these options.',
  properties: {
    map: {
      type: 'string',
      description: 'call a property otherwise, and follow it in what vectorizers read',
      placeholder: 'OLD=NEW',
      flagOnly: true,
      ordered: true,
    },
    drop: {
      type: 'string',
      description: 'leave this property out',
      placeholder: 'PROPERTY',
      flagOnly: true,
      ordered: true,
    },
    set: {
      type: 'string',
      description:
        'give a property the value of an expression: lower(title), coalesce(a, b), CASE WHEN … END',
      placeholder: 'PROPERTY=EXPR',
      flagOnly: true,
      ordered: true,
    },
    convert: {
      type: 'string',
      description:
        'give a property another type: int, number, text, date, boolean, uuid, or a list of one (text[])',
      placeholder: 'PROPERTY:TYPE',
      flagOnly: true,
      ordered: true,
    },
    onConvertError: {
      type: 'string',
      description:
        'what to do with a value that has no equal of that type: reject its object, make it null, or keep it as it is',
      enum: ['reject', 'null', 'keep'],
      default: 'reject',
      flagOnly: true,
    },
    where: {
      type: 'string',
      description: 'leave out objects that this is not true of, as they are at this point',
      placeholder: 'CONDITION',
      flagOnly: true,
      ordered: true,
    },
    mask: {
      type: 'string',
      description: 'put the HMAC-SHA-256 of its value in the place of a property: equal values stay equal',
      placeholder: 'PROPERTY',
      flagOnly: true,
      ordered: true,
    },
    maskKeyFile: maskKeyFileOption,
    script: {
      type: 'string',
      kind: 'file',
      description: 'let this module make of each object another, none, or several',
      placeholder: 'FILE.mjs',
      flagOnly: true,
      ordered: true,
    },
    pipeline: {
      type: 'string',
      kind: 'file',
      description: 'take these transforms from a file, YAML or JSON, in place of this option',
      placeholder: 'FILE',
      flagOnly: true,
      ordered: true,
    },
    scriptTimeoutMs: scriptTimeoutOption,
  },
} as const satisfies OptionsSchema

/** How the examples of a file of transforms are run. */
export const transformTestOptions = {
  type: 'object',
  name: 'transform test',
  description: 'How the examples of a file of transforms are run.',
  properties: { scriptTimeoutMs: scriptTimeoutOption, maskKeyFile: maskKeyFileOption },
} as const satisfies OptionsSchema
