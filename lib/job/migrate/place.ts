import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { findNamed } from '../../store/named.ts'
import type { Store } from '../../store/store.ts'
import { nextVersion, requireAliases, requireAliasName } from '../restore/alias/plan.ts'
import type { Migration, Migrations } from './record.ts'

/** The alias and the classes of a migration. */
export interface MigrationPlace {
  readonly alias: string
  /** The class that the alias means now; for a continued migration, the class that it meant when that began. */
  readonly before: string
  readonly after: string
}

/** What finding the place of a migration needs. */
export interface PlaceRequest {
  readonly store: Store
  /** A collection, or its alias. */
  readonly name: string
  /** The alias, if it must be named. */
  readonly alias: string | undefined
  readonly changes: string
  readonly migrations: Migrations | undefined
}

/**
 * Finds the alias of a migration, the class that it means and the one that it will mean: those of an interrupted
 * migration with the same changes, if there is one.
 * @throws ElysiaError ELYSIA_NOT_FOUND; ELYSIA_USAGE if the alias must be named; ELYSIA_CONFLICT if the store has no
 * aliases, or another migration was interrupted
 */
export async function placeOf(placing: PlaceRequest): Promise<MigrationPlace> {
  const { store, changes, migrations } = placing
  const alias = await aliasOf(placing)
  const migration = migrations?.of(alias)
  const classes = await store.names()
  const aliases = await store.aliases()
  requireAliasName(alias, store, classes, aliases)
  const before = aliases.find((one) => one.alias === alias)?.collection ?? (await classOf(placing))
  if (migration?.state === 'copying' && classes.includes(migration.after)) {
    if (migration.changes === changes && [migration.before, migration.after].includes(before))
      return migration
    throw otherInterrupted(migration)
  }
  return { alias, before, after: nextVersion(alias, classes, aliases) }
}

/**
 * The alias whose collection is migrated: the one that was named, that of `--alias`, or the only one of the collection.
 * @throws ElysiaError ELYSIA_USAGE if it is unclear which one is meant
 */
export async function aliasOf({ store, name, alias }: Omit<PlaceRequest, 'changes'>): Promise<string> {
  requireAliases(store)
  const named = await findNamed(store, classNameOf(name))
  if (named.alias !== undefined) return named.alias
  const { class: collection } = named.schema
  const leading = (await store.aliases()).filter((one) => one.collection === collection)
  const [one, ...more] = leading.map((each) => each.alias)
  if (alias !== undefined) return classNameOf(alias)
  if (one !== undefined && more.length === 0) return one
  const fact =
    one === undefined
      ? `${collection} has no alias, and its readers would go on reading it`
      : `${collection} has several aliases: ${[one, ...more].join(', ')}`
  throw new ElysiaError('ELYSIA_USAGE', fact, {
    hint: `nothing was written; name the alias that is to mean the changed collection, as in --alias ${one ?? 'Live'}, and have its readers use that`,
  })
}

async function classOf({ store, name }: PlaceRequest): Promise<string> {
  return (await findNamed(store, classNameOf(name))).schema.class
}

function otherInterrupted({ alias, after }: Migration): ElysiaError {
  const fact = `an interrupted migration of ${alias} into ${after} makes other changes`
  return new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: `nothing was written; run that command again to finish it, or abandon it with \`elysiactl col rm ${after}\``,
  })
}
