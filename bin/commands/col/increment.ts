import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { backupRoot, useCatalog } from '../../cli/catalog.ts'
import { damagedIn } from '../../cli/chain/affected.ts'
import { DamageNotes } from '../../cli/chain/damage.ts'
import { archiveFinder } from '../../cli/chain/finder.ts'
import type { Context } from '../../cli/command.ts'
import {
  type BackupContext,
  type BackupOptions,
  backupJob,
  backupRunOptions,
  type CollectionSchema,
  ElysiaError,
  loadCatalog,
  type Store,
  type Transform,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import type { Destination } from './destination.ts'

/** What makes a backup an increment, and finds its bases. */
export type Increment = Pick<BackupContext, 'base' | 'findArchive'>

/** Checks the flags of an increment. @throws ElysiaError ELYSIA_USAGE */
export function requireIncrement(
  context: Context,
  { kind }: Destination,
  { schemaOnly }: BackupOptions,
): void {
  const { since, full } = context.options(backupRunOptions)
  if (since === undefined) {
    if (!full) return
    throw usage('--full needs --since', 'without --since every backup is full')
  }
  if (kind !== 'directory')
    throw usage('an increment goes into a directory', 'leave --to out, or give a directory')
  if (!full && (since === '-' || isFile(since))) {
    throw usage(
      `--since ${since}: an archive in a single file or a pipe has no index, and there can be no increment of it`,
      'make a full archive in a directory first (leave --since out, and do not give --to a file), then increments of it',
    )
  }
  if (schemaOnly) throw usage('--since and --schema-only cannot be combined', 'leave one out')
}

/**
 * The base of the backup, with its own bases; reports which it is, or why there is none. A backup that is continued
 * keeps its original base.
 */
export async function incrementOf(
  context: Context,
  store: Store,
  schema: CollectionSchema,
  options: BackupOptions,
  transforms: readonly Transform[],
  isBegun: boolean,
): Promise<Increment> {
  const findArchive = await archiveFinder(context)
  const { since, full } = context.options(backupRunOptions)
  if (since === undefined || full || isBegun) return { findArchive }
  const location = await baseLocation(context, store, schema, options, transforms)
  if (location === undefined) return { findArchive }
  const { openArchive, openChain, findBelow, directoryStorage, tellingDamage } = await backupJob()
  const near = findBelow([dirname(location), backupRoot(context)])
  const find = async (id: string) => (await near(id)) ?? findArchive(id)
  const damage = new DamageNotes(context, location)
  const open = async () => openChain(await openArchive(directoryStorage(location)), find)
  const base = await damage.during(() => tellingDamage(open, damage.add))
  eventView(context.console)({ type: 'base_chosen', archive: base.newest.manifest.id })
  return { base, findArchive: find }
}

/**
 * Does work that reads the base of an increment. If it finds a link of it damaged, by the error it throws or that
 * `errorIn` its result, this is noted in the catalog: the next backup is based on another archive.
 */
export async function notingBase<T>(
  context: Context,
  { base }: Increment,
  work: () => Promise<T>,
  errorIn: (result: T) => unknown = () => undefined,
): Promise<T> {
  if (base === undefined) return work()
  const damage = new DamageNotes(context, base.newest.storage.text)
  const look = (error: unknown) => {
    if (error instanceof ElysiaError && damagedIn(error, undefined) !== undefined) damage.add(error)
  }
  return damage.during(async () => {
    try {
      const result = await work()
      look(errorIn(result))
      return result
    } catch (error) {
      look(error)
      throw error
    }
  })
}

/** Undefined if a full archive will be made, which is reported. */
async function baseLocation(
  context: Context,
  { target }: Store,
  schema: CollectionSchema,
  options: BackupOptions,
  transforms: readonly Transform[],
): Promise<string | undefined> {
  const { since = '', fullEvery } = context.options(backupRunOptions)
  if (since !== 'last' && existsSync(since)) return since
  const { namedBase, newestBase } = await loadCatalog()
  const { selectionOf, contentText, declaredTransform } = await backupJob()
  const selection = await selectionOf(options, schema)
  const content = contentText({
    selection: selection?.declared,
    transforms: transforms.map(declaredTransform),
  })
  const wanted = {
    collection: schema.class,
    cluster: target,
    vectors: options.vectors,
    allTenants: options.tenant === undefined,
    ...(content !== '' && { selection: content }),
    fullEvery,
  }
  const choice = await useCatalog(context, (catalog) =>
    since === 'last' ? newestBase(catalog, wanted) : namedBase(catalog, since, wanted),
  )
  if (choice.base !== undefined) return choice.base.location
  eventView(context.console)({ type: 'base_chosen', reason: choice.reason })
  return undefined
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function usage(message: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, { hint })
}
