import { join } from 'node:path'
import type { Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { transformsFor } from '../../../cli/transforms.ts'
import {
  type BackupEnded,
  backupJob,
  backupOptions,
  backupRunOptions,
  type CollectionSchema,
  ElysiaError,
  failedOf,
  type Store,
  setJob,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'
import { keepsVectors } from '../backingUp/shown.ts'
import { backupLack, backupSummary } from '../backupSummary.ts'
import type { Destination } from '../destination.ts'
import { warnOfFailed } from './failed.ts'

/** Backs up one collection of a set into a directory; undefined for one below the backup root. */
type BackUp = (
  schema: CollectionSchema,
  store: Store,
  to: string | undefined,
  set: string,
) => Promise<BackupEnded>

/**
 * Backs up several collections, referenced ones first. If one fails, the others are backed up nevertheless: the exit
 * code is then 3, and each failure is named.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function backUpSet(context: Context, destination: Destination, backUp: BackUp): Promise<void> {
  const { console, stop } = context
  const { dryRun, resume } = context.options(backupRunOptions)
  const to = directoryOf(destination)
  if (dryRun) {
    throw new ElysiaError('ELYSIA_USAGE', '--dry-run is for one collection', {
      hint: 'name it, and leave --all, --include and --exclude out',
    })
  }
  if (resume && to === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'several collections are resumed in the directory of --to', {
      hint: 'below the backup root resume each by its name: elysiactl col backup NAME --resume',
    })
  }
  const { selectedNames, referenceGroups, eachGroup, newRunId } = await setJob()
  const { store } = await context.readTarget()
  const names = (await store.list()).map(({ name }) => name)
  const schemas: CollectionSchema[] = []
  for (const name of selectedNames(names, context.options(backupRunOptions), store.target)) {
    const schema = await store.schema(name)
    if (schema !== undefined) schemas.push(schema)
  }
  const groups = referenceGroups(schemas, (schema) => schema).flat()
  const begun = resume ? await begunIn(context, to!, groups, store) : new Map<string, SetMember>()
  const set = [...begun.values()].find((member) => member.set !== undefined)?.set ?? newRunId()
  const due = groups.filter((schema) => begun.get(schema.class)?.isComplete !== true)
  for (const { class: name } of groups)
    if (begun.get(name)?.isComplete === true) console.note(`${name}: complete in ${join(to!, name)}, kept`)
  eventView(console)({ type: 'set_started', set, collections: due.map((schema) => schema.class) })
  const members = await eachGroup(
    due.map((schema) => [schema]),
    async ([schema]) => {
      const ended = await backUp(schema!, store, to === undefined ? undefined : join(to, schema!.class), set)
      if (!console.json && ended.error === undefined) console.note(backupSummary(ended.report))
      return [ended]
    },
    { nameOf: (schema) => schema.class, stop },
  )
  const failed = failedOf(members)
  const backups = members.flatMap(({ report }) => report ?? [])
  if (failed.length === 0 && members.length === due.length) context.done()
  if (console.json) await console.document({ set, backups, failed })
  const lacks = [
    ...warnOfFailed(console, failed),
    ...backups.flatMap((report) => {
      const lack = report.status === 'done' ? backupLack(report) : undefined
      return lack === undefined ? [] : [`${report.collection}: ${lack}`]
    }),
  ]
  if (lacks.length > 0) context.fail(EXIT.rejects, lacks.join('; '))
}

type SetMember = Awaited<ReturnType<BackupJob['setMember']>>
type BackupJob = Awaited<ReturnType<typeof backupJob>>

/** What an interrupted run left of each, by class. */
async function begunIn(
  context: Context,
  to: string,
  schemas: readonly CollectionSchema[],
  store: Store,
): Promise<Map<string, SetMember>> {
  const { setMember, directoryStorage } = await backupJob()
  const begun = new Map<string, SetMember>()
  const options = context.options(backupOptions)
  for (const { class: collection } of schemas) {
    const changing = { transforms: await transformsFor(context), keepsVectors: keepsVectors(context) }
    const wanted = { store, collection, options, ...changing }
    begun.set(collection, await setMember(directoryStorage(join(to, collection)), wanted))
  }
  return begun
}

/** @throws ElysiaError ELYSIA_USAGE for a single file or a pipe */
function directoryOf(destination: Destination): string | undefined {
  if (destination.kind === 'directory') return destination.path
  throw new ElysiaError('ELYSIA_USAGE', 'several collections go into a directory, each below it', {
    hint: 'leave --to out, or give a directory',
  })
}
