import { join } from 'node:path'
import { backupRoot } from '../../../cli/catalog.ts'
import type { Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { transformsFor } from '../../../cli/transforms.ts'
import {
  type BackupResult,
  backupJob,
  backupOptions,
  backupRunOptions,
  type CollectionSchema,
  ElysiaError,
  failedOf,
  type SetKey,
  type Store,
  setJob,
} from '../../../library.ts'
import { retryOptions } from '../../../openOptions.ts'
import { eventView } from '../../../view/events.ts'
import type { BackupPlace } from '../backingUp/into.ts'
import { keepsVectors } from '../backingUp/makeBackup.ts'
import { withLock } from '../backingUp/placeLock.ts'
import { backupSummary, missingFromBackup } from '../backupSummary.ts'
import type { Destination } from '../destination.ts'
import { warnOfFailed } from './failed.ts'

/** Backs up one collection of a set. */
type BackUp = (
  schema: CollectionSchema,
  store: Store,
  place: BackupPlace,
  set: string,
) => Promise<BackupResult>

/**
 * Backs up several collections, referenced ones first. If one fails, the others are backed up nevertheless: the exit
 * code is then 3, and each failure is named.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function backUpSet(context: Context, destination: Destination, backUp: BackUp): Promise<void> {
  const to = directoryOf(destination)
  if (context.options(backupRunOptions).dryRun) {
    throw new ElysiaError('ELYSIA_USAGE', '--dry-run is for one collection', {
      hint: 'name it, and leave --all, --include and --exclude out',
    })
  }
  const { noteFile, noteSet, endSet } = await setJob()
  const { retryForMs } = context.options(backupOptions)
  const { store } = await context.readTarget(undefined, retryOptions(context, retryForMs))
  const groups = await selectedOf(context, store)
  if (to !== undefined) {
    await backUpDue(context, store, await dueOf(context, store, groups, to), backUp)
    return
  }
  const key = keyOf(context, store)
  const work = async () => {
    const due = await dueOf(context, store, groups, to)
    noteSet(key, due.set)
    if (await backUpDue(context, store, due, backUp)) endSet(key)
  }
  await withLock(noteFile(key), work, 'a backup of the same collections, noted in')
}

/** The classes of the selected collections, referenced ones first. */
async function selectedOf(context: Context, store: Store): Promise<CollectionSchema[]> {
  const { selectedNames, referenceGroups } = await setJob()
  const names = await store.names()
  const schemas: CollectionSchema[] = []
  for (const name of selectedNames(names, context.options(backupRunOptions), store.target)) {
    const schema = await store.schema(name)
    if (schema !== undefined) schemas.push(schema)
  }
  return referenceGroups(schemas, (schema) => schema).flat()
}

/** What is left to do of a set. */
interface Due {
  readonly set: string
  readonly members: readonly { readonly schema: CollectionSchema; readonly place: BackupPlace }[]
}

/** What is to be backed up; with --resume not what an earlier run completed, which is told. */
async function dueOf(
  context: Context,
  store: Store,
  groups: readonly CollectionSchema[],
  to: string | undefined,
): Promise<Due> {
  const { resume } = context.options(backupRunOptions)
  const key = keyOf(context, store)
  const noted = resume && to === undefined ? await requireNoted(key) : undefined
  const begun = resume
    ? await unfinishedMembers(context, placesOf(key.root, to, noted), groups, store)
    : new Map<string, UnfinishedMember>()
  for (const [name, { isComplete, path }] of begun)
    if (isComplete) context.console.note(`${name}: complete in ${path}, kept`)
  const inOne = [...begun.values()].find((member) => member.set !== undefined)?.set
  const placeOf = (name: string): BackupPlace => ({
    path: begun.get(name)?.path ?? (to === undefined ? undefined : join(to, name)),
    isOurs: to === undefined,
    isBegun: begun.get(name)?.isBegun === true,
  })
  return {
    set: noted ?? inOne ?? (await setJob()).newRunId(),
    members: groups
      .filter((schema) => begun.get(schema.class)?.isComplete !== true)
      .map((schema) => ({ schema, place: placeOf(schema.class) })),
  }
}

/** True if everything is complete now. */
async function backUpDue(
  context: Context,
  store: Store,
  { set, members: due }: Due,
  backUp: BackUp,
): Promise<boolean> {
  const { console, stop } = context
  const { eachGroup } = await setJob()
  eventView(console)({ type: 'set_started', set, collections: due.map(({ schema }) => schema.class) })
  const members = await eachGroup(
    due.map((member) => [member]),
    async ([member]) => {
      const ended = await backUp(member!.schema, store, member!.place, set)
      if (!console.json && ended.error === undefined) console.note(backupSummary(ended.report))
      return [ended]
    },
    { nameOf: ({ schema }) => schema.class, stop },
  )
  const failed = failedOf(members)
  const backups = members.flatMap(({ report }) => report ?? [])
  const isWhole = failed.length === 0 && members.length === due.length
  if (isWhole) context.done()
  if (console.json) await console.document({ set, backups, failed })
  const lacks = [
    ...warnOfFailed(console, failed),
    ...backups.flatMap((report) => {
      const lack = report.status === 'done' ? missingFromBackup(report) : undefined
      return lack === undefined ? [] : [`${report.collection}: ${lack}`]
    }),
  ]
  if (lacks.length > 0) context.fail(EXIT.rejects, lacks.join('; '))
  return isWhole
}

type SetMember = Awaited<ReturnType<BackupJob['setMember']>>
type BackupJob = Awaited<ReturnType<typeof backupJob>>

/** A member that an earlier run began or completed, and its directory. */
type UnfinishedMember = SetMember & { readonly path: string }

/** The place of the member of a class; undefined if the set has none of it. */
type PlaceOf = (collection: string) => Promise<string | undefined>

function placesOf(root: string, to: string | undefined, noted: string | undefined): PlaceOf {
  return async (collection) => {
    if (to !== undefined) return join(to, collection)
    return noted === undefined ? undefined : (await backupJob()).memberDirectory(root, collection, noted)
  }
}

function keyOf(context: Context, { target }: Store): SetKey {
  const { include, exclude } = context.options(backupRunOptions)
  return {
    root: backupRoot(context),
    target,
    ...(include !== undefined && { include }),
    ...(exclude !== undefined && { exclude }),
  }
}

/** @throws ElysiaError ELYSIA_NOT_FOUND if this command has left no set below the root */
async function requireNoted(key: SetKey): Promise<string> {
  const unfinishedSet = (await setJob()).notedSet(key)
  if (unfinishedSet !== undefined) return unfinishedSet
  const fact = `no unfinished set of ${key.target} with these --include and --exclude lies in ${key.root}`
  throw new ElysiaError('ELYSIA_NOT_FOUND', fact, {
    hint: 'leave --resume out to begin one, or name its directory by --to',
  })
}

/** What an interrupted run left of each, by class. */
async function unfinishedMembers(
  context: Context,
  placeOf: PlaceOf,
  schemas: readonly CollectionSchema[],
  store: Store,
): Promise<Map<string, UnfinishedMember>> {
  const { setMember, directoryStorage } = await backupJob()
  const begun = new Map<string, UnfinishedMember>()
  const options = context.options(backupOptions)
  for (const { class: collection } of schemas) {
    const changing = { transforms: await transformsFor(context), keepsVectors: keepsVectors(context) }
    const wanted = { store, collection, options, ...changing }
    const path = await placeOf(collection)
    if (path !== undefined)
      begun.set(collection, { path, ...(await setMember(directoryStorage(path), wanted)) })
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
