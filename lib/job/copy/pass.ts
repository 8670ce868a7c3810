import { type Close, closingAfter } from '../../async/closeAll.ts'
import { type Retry, retryUntilDeadline } from '../../async/retry.ts'
import { classNameOf } from '../../change/collectionName.ts'
import { ElysiaError } from '../../core/errors.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import type { JobResult } from '../../run/run.ts'
import { readersOf } from '../../run/sharedOptions.ts'
import { findNamed, type NamedCollection } from '../../store/named.ts'
import type { RestoreOptionsInput } from '../restore/options.ts'
import { type RestoreContext, runRestores } from '../restore/restore.ts'
import type { RestoreRun } from '../restore/run.ts'
import type { RestoreSource } from '../restore/source/source.ts'
import { type CollectionRef, compareSides } from './compare.ts'
import type { CopyOptions } from './options.ts'
import { CopyRanges } from './ranges.ts'
import { requireFitting } from './refusals.ts'
import { type CopyComparison, type CopyReport, copyReport } from './report.ts'
import { collectionSource } from './source.ts'

/** The context of a copy: that of a restore into the target. */
export type CopyContext = Omit<RestoreContext, 'applying' | 'kind' | 'prove'>

/** How a copy ended: its report, and the error if it did not finish. */
export type CopyResult = JobResult<CopyReport>

/** One reading of a source into a target. */
export interface CopyPass {
  readonly from: CollectionRef
  readonly target: CollectionRef
  readonly options: CopyOptions
  readonly context: CopyContext
  /** Only what was written to the source since then; undefined for everything. */
  readonly changedSinceMs?: number | undefined
  /** Options in which the restore differs from the copy. */
  readonly restore?: RestoreOptionsInput
  /** Called once everything is written, before an alias is switched. */
  readonly beforeSwitch?: () => Promise<void>
}

const NEVER = new AbortController().signal

/** True if the target's objects or vectors are meant to differ from the source's. */
export function changesObjects({
  options,
  context: { transforms = [] },
}: Pick<CopyPass, 'options' | 'context'>): boolean {
  return transforms.length > 0 || options.vectorMap !== undefined || options.revectorize
}

/**
 * Reads the source once and builds the target from it, or makes the target equal to it.
 * @throws ElysiaError only if it could not begin
 */
export async function runPass(pass: CopyPass): Promise<CopyResult> {
  const [ended] = await runPasses([pass])
  return ended!
}

/** A pass whose source is open. */
interface OpenPass {
  readonly pass: CopyPass
  readonly source: RestoreSource
  readonly ranges: CopyRanges
  comparison: CopyComparison | null
  retries: number
}

/**
 * Runs several passes together, whose classes may refer to one another, into one store with one set of options: each
 * step is done for all of them before the next.
 * @throws ElysiaError as `runPass`, before any of them has begun
 */
export async function runPasses(passes: readonly CopyPass[]): Promise<CopyResult[]> {
  const closers: Close[] = []
  const health = askedAhead(() => passes[0]!.target.store.health())
  return closingAfter(closers, async () => {
    const opened: OpenPass[] = []
    for (const pass of passes) {
      const one = await openPass(pass)
      closers.push(() => one.source.close?.())
      opened.push(one)
    }
    const [{ target, options, context }] = passes as readonly [CopyPass]
    if (!options.dryRun)
      for (const { ranges, source } of opened) ranges.keep(source.identity!, source.parts.map(rangeOf))
    const ended = await runRestores(
      opened.map(({ source }) => source),
      target.store,
      restoreOptionsOf(passes),
      { ...context, kind: 'copy', health, prove: (run) => prove(opened, run) },
    )
    return ended.map(({ report, error }, at) => {
      const one = opened[at]!
      if (report.status === 'done') one.ranges.forget(one.source.identity!)
      const whole = copyReport({ ...report, retries: report.retries + one.retries }, factsOf(one))
      return error === undefined ? { report: whole } : { report: whole, error }
    })
  })
}

/** Puts a question at once, whose answer the first caller gets; each later call puts it again. */
function askedAhead<T>(ask: () => Promise<T>): () => Promise<T> {
  let first: Promise<T> | undefined = ask()
  first.catch(() => {})
  return () => {
    const answer = first ?? ask()
    first = undefined
    return answer
  }
}

async function openPass(pass: CopyPass): Promise<OpenPass> {
  const { from, target, options, context } = pass
  const { signal = NEVER } = context
  const { store } = target
  const name = classNameOf(target.name)
  const emit = emitter(context.onEvent)
  const onRetry = (retry: Retry) => {
    one.retries += 1
    emit(retryEvent(retry))
  }
  const retry = retryUntilDeadline({ forMs: options.retryForMs, signal, onRetry })
  const one = { pass, comparison: null, retries: 0 }
  const named = await retry(() => requireSource(from, target, options))
  const ranges = rangesFor(pass, name)
  // Only a complete reading shows what is no longer selected.
  const changedSinceMs = options.filter === undefined ? pass.changedSinceMs : undefined
  const reading = { workers: readersOf(options.workers), retry, signal, emit, ranges, changedSinceMs }
  const opening = collectionSource(from.store, named, reading)
  opening.catch(() => {})
  try {
    await requireFitting({ from, schema: named.schema, target: { store, name }, options, retry })
  } catch (error) {
    await opening.then(
      (source) => source.close?.(),
      () => {},
    )
    throw error
  }
  return Object.assign(one, { source: await opening, ranges })
}

/**
 * Compares both sides if requested; where the target is not meant to equal the source, reads the written objects back
 * instead.
 */
async function prove(opened: readonly OpenPass[], run: RestoreRun): Promise<void> {
  const one = opened.find(({ source }) => source === run.source)!
  const { pass, source } = one
  const { options, context, from, target, beforeSwitch } = pass
  const { signal = NEVER, stop = NEVER } = context
  if (!options.verify || changesObjects(pass)) return beforeSwitch?.()
  const [left, right] = [
    { store: from.store, name: source.schema.class },
    { store: target.store, name: run.class },
  ]
  const { retry } = run
  const comparing = { options, retry, signal, stop, emit: emitter(context.onEvent) }
  one.comparison = await compareSides(left, right, comparing)
  await beforeSwitch?.()
}

function factsOf({ pass: { from, options }, source, comparison }: OpenPass) {
  const of = { target: from.store.target, class: source.schema.class }
  return { source: of, sync: options.sync, comparison }
}

/** What an interrupted copy saved counts only while that copy exists. */
function rangesFor({ target: { store }, context: { state, fresh = false } }: CopyPass, name: string) {
  const runs = state?.journal.runs(store.target) ?? []
  const isOpen = runs.some((run) => run.class === name && run.kind === 'copy' && run.status !== 'done')
  return new CopyRanges(state?.database, { target: store.target, class: name }, fresh || !isOpen)
}

function rangeOf({ tenant, covers }: { readonly tenant?: string; readonly covers?: object }) {
  return { ...covers, ...(tenant !== undefined && { tenant }) }
}

/**
 * A missing source is never a reason to delete its objects in the target.
 * @throws ElysiaError ELYSIA_NOT_FOUND; ELYSIA_CONFLICT if a sync would empty the target
 */
async function requireSource(
  from: CollectionRef,
  { store, name }: CollectionRef,
  { sync }: CopyOptions,
): Promise<NamedCollection> {
  try {
    return await findNamed(from.store, from.name)
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

/** The restore options of the passes; several passes keep the names of their classes. */
function restoreOptionsOf(passes: readonly CopyPass[]): RestoreOptionsInput {
  const [pass] = passes as readonly [CopyPass]
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
    all,
    include,
    exclude,
    ...shared
  } = pass.options
  return {
    ...shared,
    ...(passes.length === 1 && { name: classNameOf(pass.target.name) }),
    onConflict: sync ? 'replace' : onConflict,
    verify: verify && changesObjects(pass),
    ...pass.restore,
  }
}
