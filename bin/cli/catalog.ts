import { join, resolve } from 'node:path'
import { type Catalog, catalogDoor, catalogOptions, classNameOf, userPaths } from '../library.ts'
import { eventView } from '../view/events.ts'
import type { Context } from './command.ts'

/** What `onCatalog` needs of a context. */
export type CatalogContext = Pick<Context, 'options'> & {
  readonly console: Pick<Context['console'], 'note' | 'detail'>
}

/** Where archives lie that were given no place of their own. */
export function backupRoot({ options }: Pick<Context, 'options'>): string {
  return resolve(options(catalogOptions).backupRoot ?? join(userPaths().data, 'backups'))
}

/** The directory that --backup-root names on the command line: list and cleanup are then of what lies below it. */
export function namedRoot({ flags, ...context }: Pick<Context, 'flags' | 'options'>): string | undefined {
  return flags.values.backupRoot === undefined ? undefined : backupRoot(context)
}

/** The catalog of this user. */
export function catalogFile(): string {
  return join(userPaths().state, 'catalog.db')
}

/**
 * Opens the catalog of this user for a piece of work, which must be able to be done twice. Where
 * there is nothing to list, no file is made unless `missing` says so. Needs catalogOptions in schemas.
 */
export async function onCatalog<T>(
  context: CatalogContext,
  work: (catalog: Catalog) => Promise<T> | T,
  missing: 'make' | 'memory' = 'memory',
): Promise<T> {
  const { settleDead, withCatalog } = await catalogDoor()
  const onEvent = eventView(context.console)
  const options = { file: catalogFile(), defaultRoot: backupRoot(context), missing, onEvent }
  return withCatalog(options, async (catalog) => {
    await settleDead(catalog)
    return work(catalog)
  })
}

/** Options with the class that a collection's name stands for: archives are listed under it. */
export function ofClass<O extends { readonly collection?: string }>(options: O): O {
  return options.collection === undefined
    ? options
    : { ...options, collection: classNameOf(options.collection) }
}
