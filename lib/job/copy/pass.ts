import { type Retry, retryUntilDeadline } from '../../async/retry.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import type { Ended } from '../../run/run.ts'
import { findNamed } from '../../store/named.ts'
import type { RestoreOptionsInput } from '../restore/options.ts'
import { type RestoreContext, runRestore } from '../restore/restore.ts'
import { type CollectionAt, compareSides } from './compare.ts'
import type { CopyOptions } from './options.ts'
import { CopyRanges } from './ranges.ts'
import { requireFitting } from './refusals.ts'
import { type CopyComparison, type CopyReport, copyReport } from './report.ts'
import { collectionSource } from './source.ts'

/** The context of a copy: that of a restore into the target. */
export type CopyContext = Omit<RestoreContext, 'applying' | 'kind' | 'prove'>

/** How a copy ended: its report, and what ended it where it did not come to its end. */
export type CopyEnded = Ended<CopyReport>

/** One reading of a source into a target. */
export interface CopyPass {
  readonly from: CollectionAt
  readonly target: CollectionAt
  readonly options: CopyOptions
  readonly context: CopyContext
  /** Only what was written to the source since then; undefined: all of it. */
  readonly changedSinceMs?: number | undefined
  /** What the restore is asked for otherwise than the copy. */
  readonly restore?: RestoreOptionsInput
  /** Called with what `--verify` found, before an alias is switched. @throws ElysiaError where that may not be */
  readonly onCompared?: (comparison: CopyComparison) => void
}

const NEVER = new AbortController().signal

/** True where the target is not to have what the source has: objects, or their vectors. */
export function reshapes({
  options,
  context: { transforms = [] },
}: Pick<CopyPass, 'options' | 'context'>): boolean {
  return transforms.length > 0 || options.vectorMap !== undefined || options.revectorize
}

/**
 * Reads the source once and makes the target of it, or makes the target equal to it.
 * @throws ElysiaError only for what kept it from beginning
 */
export async function runPass(pass: CopyPass): Promise<CopyEnded> {
  const { from, target, options, context, changedSinceMs } = pass
  const { store } = target
  const { signal = NEVER, stop = NEVER } = context
  const name = classNameOf(target.name)
  await requireSource(from, target, options)
  const emit = emitter(context.onEvent)
  let retries = 0
  const onRetry = (retry: Retry) => {
    retries += 1
    emit(retryEvent(retry))
  }
  const retry = retryUntilDeadline({ forMs: options.retryForMs, signal, onRetry })
  const { schema } = await retry(() => findNamed(from.store, from.name))
  await requireFitting({ from, schema, target: { store, name }, options, retry })
  const ranges = rangesFor(pass, name)
  const reading = { workers: options.workers, retry, signal, emit, ranges, changedSinceMs }
  const source = await collectionSource(from.store, from.name, reading)
  const of = { store: from.store, name: source.schema.class }
  let comparison: CopyComparison | null = null
  try {
    if (!options.dryRun) ranges.keep(source.identity!, source.parts.map(rangeOf))
    const { report, error } = await runRestore(source, store, restoreOptionsOf(pass, name), {
      ...context,
      kind: 'copy',
      prove: async (run) => {
        // What transforms have made is read back instead: it is not what the source has.
        if (!options.verify || reshapes(pass)) return
        const comparing = { options, signal, stop, emit }
        comparison = await compareSides(of, { store, name: run.class }, comparing)
        pass.onCompared?.(comparison)
      },
    })
    if (report.status === 'done') ranges.forget(source.identity!)
    const facts = { source: { target: from.store.target, class: of.name }, sync: options.sync, comparison }
    const whole = copyReport({ ...report, retries: report.retries + retries }, facts)
    return error === undefined ? { report: whole } : { report: whole, error }
  } finally {
    await source.close?.()
  }
}

/** What an interrupted copy has kept counts only while there is one. */
function rangesFor({ target: { store }, context: { state, fresh = false } }: CopyPass, name: string) {
  const runs = state?.journal.runs(store.target) ?? []
  const isOpen = runs.some((run) => run.class === name && run.kind === 'copy' && run.status !== 'done')
  return new CopyRanges(state?.database, { target: store.target, class: name }, fresh || !isOpen)
}

function rangeOf({ tenant, covers }: { readonly tenant?: string; readonly covers?: object }) {
  return { ...covers, ...(tenant !== undefined && { tenant }) }
}

/**
 * A source that is gone is never a reason to delete what the target has of it.
 * @throws ElysiaError ELYSIA_NOT_FOUND; ELYSIA_CONFLICT where a sync would make the target as empty
 */
async function requireSource(
  from: CollectionAt,
  { store, name }: CollectionAt,
  { sync }: CopyOptions,
): Promise<void> {
  try {
    await findNamed(from.store, from.name)
  } catch (error) {
    const isGone = error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND'
    if (!isGone || !sync || (await store.schema(classNameOf(name))) === undefined) throw error
    const fact = `${error.message}: ${classNameOf(name)} in ${store.target} stays as it is`
    throw new ElysiaError('ELYSIA_CONFLICT', fact, {
      cause: error,
      hint: 'nothing was deleted; if the source is meant to be gone, remove the target with `col rm`',
    })
  }
}

/** A pass as the restore that it is. */
function restoreOptionsOf(pass: CopyPass, name: string): RestoreOptionsInput {
  const {
    sync,
    onConflict,
    verify,
    follow,
    everyMs,
    readyBelow,
    finish,
    switchAlias,
    recheckAfterMs,
    ...shared
  } = pass.options
  return {
    ...shared,
    name,
    onConflict: sync ? 'replace' : onConflict,
    verify: verify && reshapes(pass),
    ...pass.restore,
  }
}
