import type { Retrying } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { State } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import { aliasInUse, usesOf } from '../restore/alias/plan.ts'
import type { Migration, Migrations } from './record.ts'

/** What ending a migration needs. */
export interface MigrationEnd {
  readonly store: Store
  readonly state: State
  readonly migrations: Migrations
  readonly migration: Migration
  readonly retry: Retrying
}

/**
 * Makes the alias mean the previous class again, in one step. What was written since the switch stays in the other
 * class.
 * @throws ElysiaError ELYSIA_CONFLICT if someone else moved the alias, or the previous class is gone
 */
export async function undoMigration({ store, migrations, migration, retry }: MigrationEnd): Promise<void> {
  const { alias, before, after } = migration
  const now = await retry(() => meaningOf(store, alias))
  if (now !== before) {
    if (now !== after) throw movedMeanwhile(migration, now)
    if ((await retry(() => store.schema(before))) === undefined) throw previousClassMissing(migration)
    await retry(() => store.moveAlias({ alias, collection: before }))
  }
  migrations.keep({ ...migration, state: 'undone' })
}

/**
 * Removes the previous class once nothing refers to it.
 * @throws ElysiaError ELYSIA_CONFLICT if something still does, or the alias means it again
 */
export async function dropBefore({
  store,
  state,
  migrations,
  migration,
  retry,
}: MigrationEnd): Promise<void> {
  const { alias, before, after } = migration
  const now = await retry(() => meaningOf(store, alias))
  if (now !== after) throw movedMeanwhile(migration, now)
  const uses = await retry(() => referrersOf(store, migration))
  if (uses.length > 0) throw aliasInUse(before, uses, `nothing was removed; ${alias} means ${after};`)
  state.journal.forget(store.target, before)
  await retry(() => store.drop(before))
  migrations.keep({ ...migration, state: 'dropped' })
}

/** What refers to the previous class, besides the alias itself. */
export async function referrersOf(
  store: Store,
  { alias, before, after }: Pick<Migration, 'alias' | 'before' | 'after'>,
): Promise<string[]> {
  const classes = await store.names()
  return usesOf(store, before, { alias, class: after, classes, aliases: await store.aliases() })
}

/** The class that an alias means; undefined if the alias does not exist. */
export async function meaningOf(store: Store, alias: string): Promise<string | undefined> {
  return (await store.aliases()).find((one) => one.alias === alias)?.collection
}

/** The migration to undo or to finish. @throws ElysiaError ELYSIA_NOT_FOUND, ELYSIA_CONFLICT */
export function switchedMigration(migrations: Migrations, alias: string, target: string): Migration {
  const migration = migrations.of(alias)
  if (migration === undefined) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `no migration of ${alias} in ${target} is known here`, {
      hint: `\`elysiactl col alias ${alias} NAME\` makes it mean another collection; \`col ls\` lists them`,
    })
  }
  const { state, before, after } = migration
  if (state === 'switched') return migration
  const facts = {
    copying: `the migration of ${alias} is not done: it means ${before}`,
    undone: `the migration of ${alias} was undone: it means ${before}`,
    dropped: `${before}, which ${alias} meant before, was removed`,
  }
  throw new ElysiaError('ELYSIA_CONFLICT', facts[state], {
    hint:
      state === 'dropped'
        ? 'nothing was changed; only a backup brings it back'
        : `nothing was changed; \`elysiactl col rm ${after}\` removes the changed collection`,
  })
}

function movedMeanwhile({ alias, after }: Migration, now: string | undefined): ElysiaError {
  const is = now === undefined ? 'is not there' : `means ${now}`
  const fact = `the alias ${alias} ${is}, and not ${after}, to which the migration switched it`
  return new ElysiaError('ELYSIA_CONFLICT', fact, { hint: 'nothing was changed; somebody else has moved it' })
}

function previousClassMissing({ alias, before }: Migration): ElysiaError {
  const fact = `${before}, which ${alias} meant before, is no longer there`
  return new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: 'nothing was changed; only a backup brings it back',
  })
}
