/** The options that select several collections, the same in all jobs that take them. */

/** Which collections a job takes at once. */
export function setOptions<const D extends string>(all: D) {
  return {
    all: { type: 'boolean', description: all, default: false, flagOnly: true },
    include: {
      type: 'string',
      description: 'those whose names match: *, ?, [a-z], {one,other}',
      placeholder: 'GLOB',
      flagOnly: true,
      repeated: true,
    },
    exclude: {
      type: 'string',
      description: 'without those whose names match',
      placeholder: 'GLOB',
      flagOnly: true,
      repeated: true,
    },
  } as const
}

/** The options as given. */
export interface SetOptions {
  readonly all?: boolean
  readonly include?: string
  readonly exclude?: string
}
