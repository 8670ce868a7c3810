import { type Close, closingAfter } from '../../async/closeAll.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import { sumCounts } from '../../core/report.ts'
import { pluralize } from '../../core/units.ts'
import { resolveInput } from '../../options/options.ts'
import type { Emit, RunContext } from '../../run/context.ts'
import { hintedFailure } from '../../run/failure.ts'
import { newRunId } from '../../run/record.ts'
import { type JobResult, Run, runJob } from '../../run/run.ts'
import { openState } from '../../run/state.ts'
import type { Store } from '../../store/store.ts'
import { runRestore } from '../restore/restore.ts'
import type { RestoreSource } from '../restore/source/source.ts'
import { isFinding } from '../verify/damage.ts'
import { liveFaults } from '../verify/live.ts'
import { ScratchNotes } from './leftovers.ts'
import { type RehearseOptions, type RehearseOptionsInput, rehearseOptions } from './options.ts'
import { openRehearsedArchive, type RehearsalOpenOptions, type RehearsedArchive } from './proof.ts'
import { placeFacts, removeLeftovers, scratchLeft } from './removal.ts'
import {
  initialFacts,
  type RehearsalFacts,
  type RehearseReport,
  rehearseCounts,
  rehearseFacts,
  rehearseReport,
} from './report.ts'
import {
  dropScratch,
  makeScratch,
  openScratch,
  removeScratch,
  type ScratchPlace,
  scratchPlace,
} from './scratch.ts'

/** The context of a rehearsal. */
export interface RehearseContext extends RunContext, Pick<RehearsalOpenOptions, 'root' | 'findArchive'> {
  /** The store of --into; without it an embedded one is made and removed again. */
  readonly into?: Store
  /** The directory where scratch stores are recorded before they are made, and where they lie. */
  readonly notes: string
  readonly cache: string
  /** Known facts about the archive, for the row of one that cannot be opened. */
  readonly catalogEntry?: { readonly id: string; readonly collection: string }
}

interface Rehearsal {
  readonly run: Run<RehearseContext>
  readonly options: RehearseOptions
  readonly facts: RehearsalFacts
  readonly notes: ScratchNotes
}

/**
 * Restores an archive into a scratch class, reads everything back, compares it with the archive range by range, and
 * removes it again. Touches nothing else. Killed at any point, the next rehearsal removes the leftovers. If something
 * is wrong with the archive, it ends with ELYSIA_DAMAGED after checking everything that can be checked. Memory: that of
 * a restore.
 * @throws ElysiaError only if it could not begin: options
 */
export async function runRehearsal(
  location: string,
  input: RehearseOptionsInput,
  context: RehearseContext,
): Promise<JobResult<RehearseReport>> {
  const options = resolveInput(rehearseOptions, input)
  const run = new Run('rehearse', context)
  const facts = initialFacts(context.catalogEntry)
  const rehearsal = { run, options, facts, notes: new ScratchNotes(context.notes) }
  const closers: Close[] = []
  const work = () => closingAfter(closers, () => rehearse(location, rehearsal, closers))
  return runJob(run, work, {
    report: (ending) => rehearseReport(location, facts, ending),
    counts: rehearseCounts,
    facts: rehearseFacts,
  })
}

async function rehearse(location: string, rehearsal: Rehearsal, closers: Close[]): Promise<void> {
  const { run, facts } = rehearsal
  const { context, signal } = run
  const opening = { ...context, signal, onEvent: run.emit }
  const opened = await openRehearsedArchive(location, opening).then(
    (archive) => ({ archive }),
    (error: unknown) => ({ error }),
  )
  if ('archive' in opened) {
    closers.push(() => opened.archive.source.close?.())
    noteArchive(facts, opened.archive)
  }
  begin(location, rehearsal)
  await removeLeftovers(rehearsal)
  if ('error' in opened) throw asBroken(opened.error, facts)
  await inScratch(rehearsal, opened.archive)
}

function noteArchive(facts: RehearsalFacts, { manifest, objects, digest, bytes }: RehearsedArchive): void {
  Object.assign(facts, { archive: manifest.id, collection: manifest.collection, objects, digest, bytes })
}

/** Begins the row, whose target is the archive's location, as for a verification. */
function begin(location: string, { run, facts }: Rehearsal): void {
  const { runId, into } = run.context
  const { archive, collection } = facts
  const inputs = [archive || location, ...(into === undefined ? [] : [into.target])]
  run.begin({ run: runId ?? newRunId(), key: { target: location, class: collection, inputs }, collection })
}

/** Makes the scratch, restores and compares, and removes it, however that ended. */
async function inScratch(rehearsal: Rehearsal, archive: RehearsedArchive): Promise<void> {
  const { run, facts, notes } = rehearsal
  const { into, cache } = run.context
  const place = scratchPlace(cache, into?.target)
  const note = await notes.note(place, run.signal)
  failpoint('rehearse.noted')
  let isGone = false
  let store: Store | undefined
  try {
    makeScratch(place)
    store = into ?? (await openScratch(place))
    Object.assign(facts, { target: store.target, scratch: place.class })
    await restored(rehearsal, archive, store, place)
    failpoint('rehearse.restored')
    await compared(rehearsal, archive, store, place)
    failpoint('rehearse.compared')
  } finally {
    try {
      if (into === undefined) await store?.close()
      else await run.retrying(rehearsal.options.retryForMs, NEVER)(() => dropScratch(into, place))
      failpoint('rehearse.dropped')
      await removeScratch(place)
      isGone = true
    } catch (error) {
      run.emit({ type: 'scratch_left', ...placeFacts(place), error: hintedFailure(error) })
    } finally {
      note.end(isGone)
    }
  }
  if (!isGone) throw scratchLeft(place)
  facts.proved = true
}

/** The scratch is removed even after a second signal: the rehearsal made it itself. */
const NEVER = new AbortController().signal

async function restored(
  { run, options, facts }: Rehearsal,
  { source }: RehearsedArchive,
  store: Store,
  place: ScratchPlace,
): Promise<void> {
  const { signal, stop } = run
  const state = openState(undefined, place.directory)
  const startedMs = performance.now()
  try {
    const { workers, threads, retryForMs } = options
    const { report, error } = await runRestore(
      withoutAliases(source),
      store,
      { name: place.class, verify: false, workers, threads, retryForMs },
      { signal, stop, state, onEvent: innerEvents(run.emit) },
    )
    facts.restored = report
    facts.restoreSeconds = (performance.now() - startedMs) / 1000
    if (error !== undefined) throw asBroken(error, facts)
    requireAll(facts)
  } finally {
    state.close()
  }
}

/** The aliases of the class belong to the class that people use. */
function withoutAliases(source: RestoreSource): RestoreSource {
  return { ...source, aliases: [] }
}

/** The restore is no run of its own: its rows are in the scratch. That a class of this name is made needs no event. */
function innerEvents(emit: Emit): Emit {
  return (event) => {
    if (['run_started', 'run_ended', 'collection_created'].includes(event.type)) return
    if (event.type !== 'schema_patched' || event.rule !== 'name') emit(event)
  }
}

/** @throws ElysiaError ELYSIA_DAMAGED if the store refused objects */
function requireAll(facts: RehearsalFacts): void {
  const { rejected, reject_reasons, references_rejected, written } = facts.restored!
  const refused = sumCounts(rejected)
  const reasons = reject_reasons.map(({ reason, count }) => `${reason} (${count})`)
  if (refused + references_rejected === 0) return
  const rejectedText = [
    ...(refused === 0 ? [] : [`${refused} of ${pluralize(refused + written, 'object')}`]),
    ...(references_rejected === 0 ? [] : [pluralize(references_rejected, 'reference')]),
  ].join(' and ')
  facts.faults.push(...reasons.map((fact) => ({ fact })))
  throw broken(facts, `${rejectedText} could not be restored: ${reasons[0] ?? 'the store refused them'}`)
}

async function compared(
  { run, facts, options: { retryForMs } }: Rehearsal,
  { manifest, archived }: RehearsedArchive,
  store: Store,
  { class: name }: ScratchPlace,
): Promise<void> {
  const startedMs = performance.now()
  try {
    run.stop.throwIfAborted()
    const against = { store, name }
    const { faults, expired } = await liveFaults(manifest, against, await archived(), run, retryForMs)
    facts.expired = expired
    facts.faults.push(...faults.map(({ fact, ids }) => ({ fact, ...(ids.length > 0 && { ids }) })))
  } catch (error) {
    throw asBroken(error, facts)
  } finally {
    facts.compareSeconds = (performance.now() - startedMs) / 1000
  }
  const [first] = facts.faults
  if (first !== undefined) throw broken(facts, `what was restored differs from it: ${first.fact}`)
}

/** An error about the archive is a fault of it; any other error kept the rehearsal from finishing. */
function asBroken(error: unknown, facts: RehearsalFacts): unknown {
  if (!(error instanceof ElysiaError)) return error
  if (isFinding(error) && error.code !== 'ELYSIA_NOT_FOUND') {
    facts.damaged = true
    facts.faults.push({ fact: error.message })
    return error
  }
  if (error.code !== 'ELYSIA_INCOMPLETE') return error
  facts.faults.push({ fact: error.message })
  return broken(facts, error.message, error)
}

function broken({ archive }: RehearsalFacts, fact: string, cause?: ElysiaError): ElysiaError {
  const message = `${archive} cannot be restored as it is: ${fact}`
  return new ElysiaError('ELYSIA_DAMAGED', message, { cause, hint: HINT })
}

const HINT =
  '`elysiactl col catalog verify ID --level records` looks at the archive alone; make a new backup, and rehearse that'
