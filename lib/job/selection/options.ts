/** The options that select objects and properties, the same in all jobs that have them. */

/** What a job does with the objects that match a condition. */
export function filterOption<const D extends string>(description: D) {
  return { type: 'string', description, placeholder: 'CONDITION', flagOnly: true } as const
}

/** How to find the objects of a filter in a store. */
export const searchOptions = {
  pushDown: {
    type: 'boolean',
    description: 'let the server evaluate those parts of the filter that its indexes answer exactly',
    negative: 'scan all objects, and evaluate the whole filter here',
    default: true,
    flagOnly: true,
  },
  explain: {
    type: 'boolean',
    description:
      'show which parts of the filter the server evaluates, and how many objects are expected and read',
    default: false,
    flagOnly: true,
  },
} as const

/** What a job does with the objects of a list of ids. */
export function objectsOption<const D extends string>(description: D) {
  return { type: 'string', description, placeholder: 'ID,…|@FILE', flagOnly: true } as const
}

/** Which properties of each object a job keeps. */
export function propertiesOption<const D extends string>(description: D) {
  return { type: 'string', description, placeholder: 'NAME,…', flagOnly: true } as const
}

/** The options as given; absent ones select everything. */
export interface SelectionOptions {
  readonly filter?: string
  readonly objects?: string
  readonly properties?: string
}
