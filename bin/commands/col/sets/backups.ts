import { join } from 'node:path'
import type { Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import {
  type BackupEnded,
  backupRunOptions,
  type CollectionSchema,
  ElysiaError,
  failedOf,
  type Store,
  setJob,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'
import { backupLack, backupSummary } from '../backupSummary.ts'
import type { Destination } from '../destination.ts'
import { warnOfFailed } from './failed.ts'

/** Backs one collection up, as one of a set, into a directory; undefined: below the backup root. */
type BackUp = (
  schema: CollectionSchema,
  store: Store,
  to: string | undefined,
  set: string,
) => Promise<BackupEnded>

/**
 * Backs several collections up, the referred-to ones first. One that fails does not keep the others from being backed up: the
 * exit code is then 3, and each is named. @throws ElysiaError ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function backUpSet(context: Context, destination: Destination, backUp: BackUp): Promise<void> {
  const { console, stop } = context
  const { dryRun, resume } = context.options(backupRunOptions)
  const to = directoryOf(destination)
  if (dryRun || resume) {
    throw new ElysiaError('ELYSIA_USAGE', `${dryRun ? '--dry-run' : '--resume'} is for one collection`, {
      hint: 'name it, and leave --all, --include and --exclude out',
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
  const set = newRunId()
  eventView(console)({ type: 'set_started', set, collections: groups.map((schema) => schema.class) })
  const members = await eachGroup(
    groups.map((schema) => [schema]),
    async ([schema]) => {
      const ended = await backUp(schema!, store, to === undefined ? undefined : join(to, schema!.class), set)
      if (!console.json && ended.error === undefined) console.note(backupSummary(ended.report))
      return [ended]
    },
    { nameOf: (schema) => schema.class, stop },
  )
  const failed = failedOf(members)
  const backups = members.flatMap(({ report }) => report ?? [])
  if (failed.length === 0 && members.length === groups.length) context.done()
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

/** @throws ElysiaError ELYSIA_USAGE for a single file or a pipe */
function directoryOf(destination: Destination): string | undefined {
  if (destination.kind === 'directory') return destination.path
  throw new ElysiaError('ELYSIA_USAGE', 'several collections go into a directory, each below it', {
    hint: 'leave --to out, or give a directory',
  })
}
