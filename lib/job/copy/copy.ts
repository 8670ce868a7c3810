import type { Retry } from '../../async/retry.ts'
import { retryUntilDeadline } from '../../async/retry.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { resolveInput } from '../../options/options.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import type { Ended } from '../../run/run.ts'
import { findNamed } from '../../store/named.ts'
import type { Store } from '../../store/store.ts'
import type { RestoreOptionsInput } from '../restore/options.ts'
import { type RestoreContext, runRestore } from '../restore/restore.ts'
import { type CollectionAt, compareSides } from './compare.ts'
import { type CopyOptions, type CopyOptionsInput, copyOptions } from './options.ts'
import { CopyRanges } from './ranges.ts'
import { type CopyComparison, type CopyReport, copyReport } from './report.ts'
import { collectionSource } from './source.ts'

export type { CollectionAt } from './compare.ts'

/** The context of a copy: that of a restore into the target. */
export type CopyContext = Omit<RestoreContext, 'applying' | 'kind' | 'prove'>

/** How a copy ended: its report, and what ended it where it did not come to its end. */
export type CopyEnded = Ended<CopyReport>

/**
 * A collection of one store → a collection of another, without a file between them. Each object is copied as it was at some
 * time of the copy. The order is that of a restore: the class, its tenants, objects, references, deletions, proof. Killed
 * anywhere, the same call goes on behind the ranges that were done. Memory: as `restore`, and a page for each range
 * that is read.
 * @throws ElysiaError what ended the copy; nothing is counted that was not acknowledged
 */
export async function copy(
  source: CollectionAt,
  target: CollectionAt,
  options: CopyOptionsInput = {},
  context: CopyContext = {},
): Promise<CopyReport> {
  const { report, error } = await runCopy(source, target, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * The same, resolving with the report also where the copy failed or was interrupted.
 * @throws ElysiaError only for what kept it from beginning: options, a source that is not there, a target that does not
 * fit, a lock
 */
export async function runCopy(
  from: CollectionAt,
  target: CollectionAt,
  input: CopyOptionsInput = {},
  context: CopyContext = {},
): Promise<CopyEnded> {
  const options = resolveInput(copyOptions, input)
  requireAlternatives(options)
  const { store } = target
  const { state, fresh = false } = context
  const name = classNameOf(target.name)
  let comparison: CopyComparison | null = null
  let retries = 0
  const { signal = NEVER, stop = NEVER } = context
  const emit = emitter(context.onEvent)
  const onRetry = (retry: Retry) => {
    retries += 1
    emit(retryEvent(retry))
  }
  const retry = retryUntilDeadline({ forMs: options.retryForMs, signal, onRetry })
  const goesOn = state?.journal.runs(store.target).some((run) => run.class === name && isOpen(run)) === true
  const ranges = new CopyRanges(state?.database, { target: store.target, class: name }, fresh || !goesOn)
  await requireSource(from, target, options)
  const { workers } = options
  const source = await collectionSource(from.store, from.name, { workers, retry, signal, emit, ranges })
  const copied = { store: from.store, name: source.schema.class }
  try {
    if (!options.dryRun) ranges.keep(source.identity!, source.parts.map(rangeOf))
    const { report, error } = await runRestore(source, store, restoreOptionsOf(options, name), {
      ...context,
      kind: 'copy',
      prove: async (run) => {
        if (!options.verify) return
        const comparing = { options, signal, stop, emit }
        comparison = await compareSides(copied, { store, name: run.class }, comparing)
      },
    })
    if (report.status === 'done' && !options.dryRun) ranges.forget(source.identity!)
    const facts = {
      source: { target: from.store.target, class: copied.name },
      sync: options.sync,
      comparison,
    }
    const whole = copyReport({ ...report, retries: report.retries + retries }, facts)
    return error === undefined ? { report: whole } : { report: whole, error }
  } finally {
    await source.close?.()
  }
}

const NEVER = new AbortController().signal

function isOpen({ kind, status }: { readonly kind: string; readonly status: string }): boolean {
  return kind === 'copy' && status !== 'done'
}

function rangeOf({ tenant, covers }: { readonly tenant?: string; readonly covers?: object }) {
  return { ...covers, ...(tenant !== undefined && { tenant }) }
}

/** @throws ElysiaError ELYSIA_USAGE */
function requireAlternatives({ sync, onConflict }: CopyOptions): void {
  if (!sync || onConflict === 'fail') return
  throw new ElysiaError('ELYSIA_USAGE', `--sync and --on-conflict ${onConflict} exclude one another`, {
    hint: '--sync overwrites what differs and deletes what the source does not have: leave one of them out',
  })
}

/**
 * A source that is gone is never a reason to delete what the target has of it.
 * @throws ElysiaError ELYSIA_NOT_FOUND; ELYSIA_CONFLICT where a sync would make the target as empty
 */
async function requireSource(
  from: CollectionAt,
  { store, name }: { readonly store: Store; readonly name: string },
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

/** A copy as the restore that it is. */
function restoreOptionsOf(options: CopyOptions, name: string): RestoreOptionsInput {
  const { sync, onConflict, verify, ...shared } = options
  return { ...shared, name, onConflict: sync ? 'replace' : onConflict, verify: false }
}
