import { createHash } from 'node:crypto'
import { retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import { toThousandths } from '../../core/units.ts'
import { resolveInput } from '../../options/options.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import { hintedFailure } from '../../run/failure.ts'
import { newRunId } from '../../run/record.ts'
import type { JobResult } from '../../run/run.ts'
import type { State } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import { type CopyContext, type CopyResult, runCopy } from '../copy/copy.ts'
import { type MigrateOptions, type MigrateOptionsInput, migrateOptions } from './options.ts'
import { aliasOf, type MigrationPlace, placeOf } from './place.ts'
import { type Migration, Migrations } from './record.ts'
import type { MigrateReport } from './report.ts'
import { dropBefore, meaningOf, referrersOf, switchedMigration, undoMigration } from './undoMigration.ts'

/** How a migration ended. */
export type MigrateResult = JobResult<MigrateReport>

const NEVER = new AbortController().signal

/**
 * Changes a collection while it is in use: copies it, changed, into a new one, pass after pass until nothing is left to
 * send, and then switches its alias to the copy, in one step. The previous collection stays, and `undo` makes the alias
 * mean it again, until `dropOld` removes it. Killed at any point, the same call continues, and the alias always means
 * one complete collection. Memory: as `copy`.
 * @throws ElysiaError only if it could not begin: nothing to change, no alias, a missing class
 */
export async function runMigrate(
  store: Store,
  name: string,
  input: MigrateOptionsInput,
  context: CopyContext = {},
): Promise<MigrateResult> {
  const options = resolveInput(migrateOptions, input)
  const changes = changesOf(options, context)
  if (options.undo || (options.dropOld && changes === undefined))
    return { report: await goBack(store, name, options, context, changes) }
  if (changes === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `no change to ${name} is given`, {
      hint: 'say what, as in --convert year:int or --vectorizer text2vec-ollama --revectorize; or --undo, or --drop-old',
    })
  }
  return migrated(store, name, options, context, changes)
}

async function migrated(
  store: Store,
  name: string,
  options: MigrateOptions,
  context: CopyContext,
  changes: string,
): Promise<MigrateResult> {
  const { state } = context
  const retry = retrying(options, context)
  const migrations = state && new Migrations(state.database, store.target)
  const place = await retry(() => placeOf({ store, name, alias: options.alias, changes, migrations }))
  const { alias, before, after } = place
  if (!options.dryRun) migrations?.keep({ alias, before, after, changes, state: 'copying' })
  const isCopied = state !== undefined && (await retry(() => wasSwitched(store, state, place)))
  const { report: copy, error }: Partial<CopyResult> = isCopied
    ? {}
    : await runCopy({ store, name: before }, { store, name: after }, copyOptionsOf(options, place), context)
  failpoint('migrate.copied')
  const isSwitched = isCopied || (!options.dryRun && error === undefined && copy?.alias?.switched === true)
  const migration = { alias, before, after, changes, state: 'switched' } as const
  if (isSwitched) migrations?.keep(migration)
  const dropping = isSwitched && options.dropOld && state !== undefined && migrations !== undefined
  if (dropping) await dropBefore({ store, state, migrations, migration, retry })
  const report: MigrateReport = {
    status: options.dryRun ? 'planned' : isSwitched ? 'migrated' : statusOf(copy?.status),
    target: store.target,
    ...{ alias, before, class: after },
    means: (await retry(() => meaningOf(store, alias))) ?? null,
    left_behind: dropping ? [] : await retry(() => referrersOf(store, place)),
    copy: copy ?? null,
  }
  return error === undefined ? { report } : { report, error }
}

/**
 * True if everything was done except recording it: another copy would reset the changed class to the previous one, and
 * remove what has come through the alias since.
 */
async function wasSwitched(store: Store, state: State, { alias, after }: MigrationPlace): Promise<boolean> {
  if ((await meaningOf(store, alias)) !== after) return false
  const runs = state.journal.runs(store.target)
  const last = runs.find(
    (run) => run.kind === 'copy' && run.class === after && run.inputs.includes('--follow'),
  )
  return last?.status === 'done'
}

function statusOf(status: string | undefined): 'failed' | 'interrupted' {
  return status === 'interrupted' ? 'interrupted' : 'failed'
}

/**
 * The options of the copy in a migration. Nobody else writes to its new class: it follows its source, deletions
 * included.
 */
function copyOptionsOf(
  { alias: _, undo, dropOld, ...shared }: MigrateOptions,
  { alias }: MigrationPlace,
): NonNullable<Parameters<typeof runCopy>[2]> {
  const whole = { maxDelete: '100%', undo: false, waitIndexed: true }
  return shared.dryRun ? { ...shared, ...whole } : { ...shared, ...whole, finish: true, switchAlias: alias }
}

async function goBack(
  store: Store,
  name: string,
  options: MigrateOptions,
  context: CopyContext,
  changes: string | undefined,
): Promise<MigrateReport> {
  const { undo, dropOld, alias: given } = options
  if (changes !== undefined || (undo && dropOld)) {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      '--undo cannot be combined with other changes: it undoes those made before',
      {
        hint: 'leave the other options out',
      },
    )
  }
  const state = requireState(context.state)
  const retry = retrying(options, context)
  const migrations = new Migrations(state.database, store.target)
  const alias = await retry(() => aliasOf({ store, name, alias: given, migrations }))
  const migration = switchedMigration(migrations, alias, store.target)
  const end = { store, state, migrations, migration, retry }
  await runOfAlias(store.target, migration, context, () => (undo ? undoMigration(end) : dropBefore(end)))
  return {
    status: undo ? 'undone' : 'dropped',
    target: store.target,
    ...{ alias, before: migration.before, class: migration.after },
    means: (await retry(() => meaningOf(store, alias))) ?? null,
    left_behind: [],
    copy: null,
  }
}

/**
 * Going back is a run of its own, so that those who watch see it. It is one of the alias, as is a command that fails before
 * it knows the classes.
 */
async function runOfAlias(
  target: string,
  { alias, before }: Migration,
  { onEvent }: CopyContext,
  work: () => Promise<void>,
): Promise<void> {
  const emit = emitter(onEvent)
  const run = newRunId()
  const startedMs = performance.now()
  const ended = (how: {
    readonly status: 'done' | 'failed'
    readonly error?: ReturnType<typeof hintedFailure>
  }) => {
    const seconds = toThousandths((performance.now() - startedMs) / 1000)
    emit({ type: 'run_ended', run, counts: {}, seconds, ...how })
  }
  emit({ type: 'run_started', run, kind: 'migrate', target, collection: alias, inputs: [before] })
  try {
    await work()
  } catch (error) {
    ended({ status: 'failed', error: hintedFailure(error) })
    throw error
  }
  ended({ status: 'done' })
}

function requireState(state: State | undefined): State {
  if (state !== undefined) return state
  throw new ElysiaError('ELYSIA_USAGE', 'a migration is undone with what its state has kept', {
    hint: 'give the state in which it was made',
  })
}

/** Equal for the same changes; undefined if there are none. */
function changesOf(options: MigrateOptions, { transforms = [] }: CopyContext): string | undefined {
  const { vectorizer, vectorizerSettings, revectorize, vectorMap, indexType, quantizer, replication } =
    options
  const requested = { vectorizer, vectorizerSettings, vectorMap, indexType, quantizer, replication }
  const isAsked = revectorize || Object.values(requested).some((one) => one !== undefined)
  if (!isAsked && transforms.length === 0) return undefined
  const steps = transforms.map(({ name, sha256 }) => [name, sha256])
  return createHash('sha256')
    .update(JSON.stringify([steps, revectorize, options.vectors, requested]))
    .digest('hex')
}

function retrying(
  { retryForMs }: Pick<MigrateOptions, 'retryForMs'>,
  { signal = NEVER, onEvent }: CopyContext,
) {
  const emit = emitter(onEvent)
  return retryUntilDeadline({ forMs: retryForMs, signal, onRetry: (retry) => emit(retryEvent(retry)) })
}
