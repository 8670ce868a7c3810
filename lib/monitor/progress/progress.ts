import { sumCounts } from '../../core/report.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { LONG_WINDOW_MS, Pace } from './pace.ts'
import type { ProgressState } from './schema.ts'

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>

/** Facts about the process besides the events of its runs. */
export interface ProcessFacts {
  readonly rssBytes: number
  /** Bytes received and sent over connections so far. */
  readonly receivedBytes: number
  readonly sentBytes: number
  /** The server it waits for, if nothing was acknowledged for long. */
  readonly waitsFor?: string | undefined
}

/** How much of a run's work is settled. */
interface Measure {
  readonly phase?: string | undefined
  readonly unit: string
  readonly done: number
  readonly ahead: number
  readonly total?: number | undefined
  /** For an ingest: the settled bytes of its inputs, and all of them. */
  readonly bytes?: { readonly done: number; readonly total: number }
}

/**
 * The progress of a run, computed from its events: pure, with the caller's clock (milliseconds that only go forward). A
 * new run replaces the one before. What an earlier try settled counts as done, but not as speed. Memory: a few hundred
 * numbers.
 */
export class RunProgress {
  readonly #facts: () => ProcessFacts
  #run: { readonly id: string; readonly kind: string | undefined } | undefined
  #startedMs: number | undefined
  #measure: Measure | undefined
  /** True for a run that starts from nothing: its speed counts from its start. */
  #isFresh = false
  #things = new Pace()
  /** The pace of what has a total: bytes of the input, or things. */
  #towardsEnd = new Pace(LONG_WINDOW_MS)
  #in = new Pace()
  #out = new Pace()
  #retries = 0
  #rejected = 0
  #before: ProcessFacts
  /** Bytes of the lines that an earlier try settled, and of all lines. */
  #inputBefore: number | undefined
  #input: number | undefined
  #status: Of<'run_ended'>['status'] | undefined

  constructor(facts: () => ProcessFacts) {
    this.#facts = facts
    this.#before = facts()
  }

  /** Takes an event that arrived at this time. */
  take(event: RunEvent, ms: number): void {
    if (event.type === 'run_started') this.#begin(event, ms, event.continues !== true)
    else if (event.type === 'run_continued') this.#begin(event, ms, false)
    else if (event.type === 'backup_resumed') this.#isFresh = false
    else if (event.type === 'run_started_over') this.#isFresh = true
    else if (event.type === 'records_settled') this.#settled(event, ms)
    else if (event.type === 'progress') this.#progressed(event, ms)
    else if (event.type === 'retry') this.#retries += 1
    else if (event.type === 'record_rejected') this.#rejected += 1
    else if (event.type === 'run_ended') this.#status = event.status
  }

  /** How the run ended; undefined while it is running. */
  get status(): Of<'run_ended'>['status'] | undefined {
    return this.#status
  }

  /** The last counts by unit, phase and number, to detect news. */
  get latest(): unknown {
    return this.#measure
  }

  /** The progress at this time; undefined before the first event. */
  state(ms: number): ProgressState | undefined {
    if (this.#measure === undefined) return undefined
    const { phase, unit, done, ahead, total } = this.#measure
    const { rssBytes, waitsFor } = this.#facts()
    const bytes = this.#traffic(ms)
    return defined({
      run: this.#run?.id,
      kind: this.#run?.kind,
      phase,
      unit,
      done,
      ahead: ahead === 0 ? undefined : ahead,
      total: total !== undefined && done <= total ? total : undefined,
      share: shareOf(this.#measure),
      rate_per_second: this.#things.rate(ms),
      bytes_in: bytes.in,
      bytes_out: bytes.out,
      bytes_in_per_second: this.#in.rate(ms),
      bytes_out_per_second: this.#out.rate(ms),
      eta_seconds: this.#secondsLeft(ms),
      retries: this.#retries,
      rejected: this.#rejected,
      seconds: (ms - (this.#startedMs ?? ms)) / 1000,
      rss_bytes: rssBytes,
      waits_for: waitsFor,
    })
  }

  #begin(
    { run, kind }: { readonly run: string; readonly kind?: string },
    ms: number,
    isFresh: boolean,
  ): void {
    this.#run = { id: run, kind: kind ?? (this.#run?.id === run ? this.#run.kind : undefined) }
    this.#startedMs = ms
    this.#measure = undefined
    this.#isFresh = isFresh
    this.#retries = 0
    this.#rejected = 0
    this.#status = undefined
    this.#before = this.#facts()
    this.#inputBefore = undefined
    this.#input = undefined
    this.#in = new Pace()
    this.#out = new Pace()
    this.#in.note(0, ms)
    this.#out.note(0, ms)
  }

  #settled(event: Of<'records_settled'>, ms: number): void {
    const { records, rejected, bytes, done_bytes: done, total_bytes: total } = event
    this.#rejected = sumCounts(rejected)
    this.#inputBefore ??= this.#isFresh ? 0 : bytes
    this.#input = Math.max(0, bytes - this.#inputBefore)
    const ofInputs = done === undefined || total === undefined ? {} : { bytes: { done, total } }
    this.#in.note(this.#input, ms)
    this.#take({ unit: 'records', done: records, ahead: 0, ...ofInputs }, ms)
  }

  #progressed({ phase, unit, done, ahead = 0, total }: Of<'progress'>, ms: number): void {
    this.#take({ phase, unit, done, ahead, total }, ms)
  }

  #take(measure: Measure, ms: number): void {
    const { phase, unit, done, ahead, bytes } = measure
    const before = this.#measure
    if (before === undefined || before.phase !== phase || before.unit !== unit) {
      this.#things = new Pace()
      this.#towardsEnd = new Pace(LONG_WINDOW_MS)
      if (before === undefined && this.#isFresh && this.#startedMs !== undefined) {
        this.#things.note(0, this.#startedMs)
        this.#towardsEnd.note(0, this.#startedMs)
      }
    }
    this.#measure = measure
    // Large parts become durable rarely: items in flight show the speed too.
    this.#things.note(done + ahead, ms)
    this.#towardsEnd.note(bytes?.done ?? done + ahead, ms)
  }

  /** Bytes read and written since the run began: for an ingest its lines, otherwise its connections. */
  #traffic(ms: number): { readonly in: number; readonly out: number } {
    const { receivedBytes, sentBytes } = this.#facts()
    const read = this.#input ?? receivedBytes - this.#before.receivedBytes
    const written = sentBytes - this.#before.sentBytes
    this.#in.note(read, ms)
    this.#out.note(written, ms)
    return { in: read, out: written }
  }

  /** Undefined if it stands still or the total is unknown. */
  #secondsLeft(ms: number): number | undefined {
    const { done, ahead, total, bytes } = this.#measure!
    const left = bytes === undefined ? (total ?? Number.NaN) - done - ahead : bytes.total - bytes.done
    const rate = this.#things.rate(ms) && this.#towardsEnd.rate(ms)
    return rate !== undefined && rate > 0 && left >= 0 ? left / rate : undefined
  }
}

/** The settled share; undefined if the total is unknown or turned out too small. */
function shareOf({ done, total, bytes }: Measure): number | undefined {
  if (bytes !== undefined) return bytes.total === 0 ? undefined : Math.min(1, bytes.done / bytes.total)
  return total === undefined || total === 0 || done > total ? undefined : done / total
}

function defined(
  state: { readonly [K in keyof ProgressState]: ProgressState[K] | undefined },
): ProgressState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined)) as ProgressState
}
