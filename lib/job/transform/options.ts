import type { OptionsSchema } from '../../options/schema.ts'

const scriptTimeoutOption = {
  type: 'integer',
  flag: 'script-timeout',
  unit: 'milliseconds',
  description: 'how long a script may take for one object before the object is rejected',
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

/** How to change objects on their way. A program passes `transforms` in the context of a job instead. */
export const transformOptions = {
  type: 'object',
  name: 'transform',
  description: 'What becomes of objects and their class on their way, in the order of these options.',
  properties: {
    map: {
      type: 'string',
      description: 'rename a property, also where a vectorizer names it',
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
        'set a property to the value of an expression: lower(title), coalesce(a, b), CASE WHEN … END',
      placeholder: 'PROPERTY=EXPR',
      flagOnly: true,
      ordered: true,
    },
    convert: {
      type: 'string',
      description:
        'change the type of a property: int, number, text, date, boolean, uuid, or a list of one of them (text[])',
      placeholder: 'PROPERTY:TYPE',
      flagOnly: true,
      ordered: true,
    },
    onConvertError: {
      type: 'string',
      description:
        'what to do with a value that cannot be converted exactly: reject its object, make it null, or keep it as it is',
      enum: ['reject', 'null', 'keep'],
      default: 'reject',
      flagOnly: true,
    },
    where: {
      type: 'string',
      description: 'keep only objects for which this is true at this point',
      placeholder: 'CONDITION',
      flagOnly: true,
      ordered: true,
    },
    mask: {
      type: 'string',
      description: 'replace the value of a property with its HMAC-SHA-256; equal values stay equal',
      placeholder: 'PROPERTY',
      flagOnly: true,
      ordered: true,
    },
    maskKeyFile: maskKeyFileOption,
    script: {
      type: 'string',
      kind: 'file',
      description: 'run this module on each object: it returns the object, another, none, or several',
      placeholder: 'FILE.mjs',
      flagOnly: true,
      ordered: true,
    },
    pipeline: {
      type: 'string',
      kind: 'file',
      description: 'read transforms from this YAML or JSON file, applied at this place in the order',
      placeholder: 'FILE',
      flagOnly: true,
      ordered: true,
    },
    scriptTimeoutMs: scriptTimeoutOption,
  },
} as const satisfies OptionsSchema

/** How to run the examples of a file of transforms. */
export const transformTestOptions = {
  type: 'object',
  name: 'transform test',
  description: 'How the examples of a file of transforms are run.',
  properties: { scriptTimeoutMs: scriptTimeoutOption, maskKeyFile: maskKeyFileOption },
} as const satisfies OptionsSchema
