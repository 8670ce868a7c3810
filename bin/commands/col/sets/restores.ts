import { useCatalog } from '../../../cli/catalog.ts'
import type { Context } from '../../../cli/command.ts'
import {
  ElysiaError,
  type FailedMember,
  failedOf,
  isSet,
  type OptionsSchema,
  type RestoreContext,
  type RestoreOptions,
  type RestoreSource,
  restoreJob,
  type Store,
  setJob,
  setOptions,
} from '../../../library.ts'
import type { RestoreEnding } from '../restoring/end.ts'

/** Selects archives of the catalog to restore, instead of naming them. */
export const restoreSetOptions = {
  type: 'object',
  name: 'restoreSet',
  title: 'Set options',
  description: 'Which archives of the catalog are restored, in place of some that are named.',
  properties: {
    fromSet: {
      type: 'string',
      description: 'all archives that one `col backup --all` made, by the id of their set',
      placeholder: 'SET',
      flagOnly: true,
    },
    ...setOptions('the newest complete archive of each collection'),
  },
} as const satisfies OptionsSchema

/**
 * The ids of the selected archives; undefined if archives are named.
 * @throws ElysiaError ELYSIA_USAGE if both, or neither, are given; ELYSIA_NOT_FOUND if none match
 */
export async function setOperands(context: Context): Promise<readonly string[] | undefined> {
  const { operands } = context
  const options = context.options(restoreSetOptions)
  const { fromSet: set } = options
  const takesSet = set !== undefined || isSet(options)
  if (takesSet === operands.length > 0) {
    const fact = takesSet ? `${operands[0]} is named, but a set is given too` : 'no archive is given'
    throw new ElysiaError('ELYSIA_USAGE', `${context.name}: ${fact}`, {
      hint: takesSet
        ? 'leave one of them out'
        : 'name a directory, a file, the id of an archive, or - for a pipe; several are restored together',
    })
  }
  if (!takesSet) return undefined
  const { selectedNames } = await setJob()
  const archives = await useCatalog(context, (catalog) =>
    catalog.list({ status: ['complete'], sort: 'started_at:desc', ...(set !== undefined && { set }) }),
  )
  const newest = new Map<string, string>()
  for (const { collection, id } of archives) if (!newest.has(collection)) newest.set(collection, id)
  const where = set === undefined ? 'the catalog' : `the set ${set}`
  return selectedNames([...newest.keys()], options, where).map((name) => newest.get(name)!)
}

/** Restores archives, referenced collections first; if one fails, the others are restored nevertheless. */
export async function restoreSet(
  sources: readonly RestoreSource[],
  store: Store,
  options: RestoreOptions,
  context: RestoreContext,
): Promise<{ readonly all: RestoreEnding[]; readonly failed: FailedMember[] }> {
  const { runRestores } = await restoreJob()
  const { eachGroup, referenceGroups } = await setJob()
  const ofSet = { ...context, rejectsFiles: new Map() }
  const members = await eachGroup(
    referenceGroups(sources, ({ schema }) => schema),
    (group) => runRestores(group, store, options, ofSet),
    { nameOf: ({ schema }) => schema.class, stop: context.stop },
  )
  return {
    all: members.flatMap(({ report }) => (report === undefined ? [] : [{ report }])),
    failed: failedOf(members),
  }
}
