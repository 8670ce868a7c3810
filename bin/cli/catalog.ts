import { join, resolve } from 'node:path'
import {
  type ArchiveDetails,
  type Catalog,
  catalogOptions,
  chooseTarget,
  classNameOf,
  ElysiaError,
  loadCatalog,
  parseTarget,
  userPaths,
} from '../library.ts'
import { eventView } from '../view/events.ts'
import type { Context } from './command.ts'

/** The part of a context that `useCatalog` needs. */
export type CatalogContext = Pick<Context, 'options'> & {
  readonly console: Pick<Context['console'], 'note' | 'detail'>
}

/** The default directory for archives. */
export function backupRoot({ options }: Pick<Context, 'options'>): string {
  return resolve(options(catalogOptions).backupRoot ?? join(userPaths().data, 'backups'))
}

/** The directory in --backup-root on the command line, if any: it limits list and cleanup. */
export function namedRoot({ flags, ...context }: Pick<Context, 'flags' | 'options'>): string | undefined {
  return flags.values.backupRoot === undefined ? undefined : backupRoot(context)
}

/** The catalog of this user. */
export function catalogFile(): string {
  return join(userPaths().state, 'catalog.db')
}

/**
 * Opens the catalog of this user for a piece of work, which must be repeatable. If there is nothing to list, makes no
 * file unless `missing` says so. Needs catalogOptions in schemas.
 */
export async function useCatalog<T>(
  context: CatalogContext,
  work: (catalog: Catalog) => Promise<T> | T,
  missing: 'make' | 'memory' = 'memory',
): Promise<T> {
  const { markDeadBackups, withCatalog } = await loadCatalog()
  const onEvent = eventView(context.console)
  const options = { file: catalogFile(), defaultRoot: backupRoot(context), missing, onEvent }
  return withCatalog(options, async (catalog) => {
    await markDeadBackups(catalog)
    return work(catalog)
  })
}

/**
 * Works with a copy of the catalog, which is then removed: for work that only reads.
 * @throws the system's error, and as `useCatalog`
 */
export async function useCatalogCopy<T>(
  context: CatalogContext,
  work: (catalog: Catalog) => Promise<T> | T,
): Promise<T> {
  const { copyDatabase: copied, withCatalog } = await loadCatalog()
  const file = catalogFile()
  const copy = copied(file, [join(userPaths().state, 'backup-roots.json')])
  try {
    return await withCatalog({ file: copy.path, defaultRoot: backupRoot(context), missing: 'memory' }, work)
  } finally {
    copy.remove()
  }
}

/**
 * Options in the catalog's terms: archives are listed under the class of a collection's name, and under the address of
 * a target that the configuration names.
 */
export function catalogSelection<O extends { readonly collection?: string; readonly cluster?: string }>(
  { settings }: Pick<Context, 'settings'>,
  options: O,
): O {
  const { collection, cluster } = options
  const isNamed = cluster !== undefined && Object.hasOwn(settings.targets, cluster)
  return {
    ...options,
    ...(collection !== undefined && { collection: classNameOf(collection) }),
    ...(isNamed && { cluster: parseTarget(chooseTarget(cluster, '--cluster', settings).address).text }),
  }
}

/** The prefix of a collection's name that means its newest complete archive. */
export const LATEST = 'latest:'

/**
 * The archive in an operand: by its id, by the beginning of an id, or as `latest:NAME`, the newest complete one of a
 * collection.
 * @throws ElysiaError ELYSIA_NOT_FOUND, ELYSIA_USAGE if several ids begin with it
 */
export function archiveNamed(catalog: Catalog, operand: string): ArchiveDetails {
  return catalog.get(operand.startsWith(LATEST) ? latestOf(catalog, operand.slice(LATEST.length)) : operand)
}

function latestOf(catalog: Catalog, name: string): string {
  if (name === '') {
    throw new ElysiaError('ELYSIA_USAGE', `${LATEST} names no collection`, { hint: `${LATEST}NAME` })
  }
  const collection = classNameOf(name)
  const [newest] = catalog.list({ collection, status: ['complete'], sort: 'started_at:desc', limit: 1 })
  if (newest !== undefined) return newest.id
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no complete archive of ${collection}`, {
    hint: '`elysiactl col catalog list` lists archives; `elysiactl col catalog rebuild DIR` adds others',
  })
}
