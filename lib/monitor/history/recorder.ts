import { maskSecrets } from '../../core/secrets.ts'
import type { Emit } from '../../run/context.ts'
import type { RunEvent } from '../../run/event/schema.ts'
import { newRunId } from '../../run/record.ts'
import { PlaceMeter } from '../progress/places.ts'
import { type CommandEnding, codeOf, endedEntry, finishedEntry } from './endedEntry.ts'
import type { HistoryEntry } from './entry.ts'
import type { History } from './history.ts'
import type { LogLevel } from './log/levels.ts'
import { RunLog } from './log/runLog.ts'
import { progressAfter } from './progressAfter.ts'
import {
  firstEntry,
  noteContinued,
  numberTry,
  peakBytes,
  placeOf,
  type RecordedCommand,
  type RecordedRun,
} from './recordedCommand.ts'
import { RunTraffic } from './traffic.ts'
import { HistoryWriter } from './writer.ts'

type RunStartedEvent = Extract<RunEvent, { readonly type: 'run_started' }>
type Progress = NonNullable<HistoryEntry['progress']>

/** How often progress is written at most. */
const NOTE_EVERY_MS = 1000
/** For how many runs the entry is completed when their command ends. */
const RUNS_KEPT = 100

/**
 * Turns events into entries of the history. It never gets in the way: what it cannot write it tries again some seconds
 * later and at the end of the command, and reports once, as an event. With several runs at once, events count for the
 * one that began last.
 */
export class Recorder {
  readonly #recorded: RecordedCommand
  readonly #writer: HistoryWriter
  readonly #runs: RecordedRun[] = []
  readonly #targets = new Set<string>()
  readonly #startedAt = new Date().toISOString()
  #traffic: RunTraffic | undefined
  #begun = 0
  /** Log lines from before a run begins; they go to the next run. */
  #early = new RunLog()
  #unwritten: HistoryEntry[] = []

  /** `open` is called with the first run. `emit` hears what could not be written. Traffic counts from here on. */
  constructor(
    open: () => History,
    recorded: RecordedCommand,
    emit: Emit,
    places: PlaceMeter = new PlaceMeter(),
  ) {
    this.#recorded = recorded
    this.#writer = new HistoryWriter(open, emit)
    this.#traffic = new RunTraffic(places)
  }

  /** The current entries of this process. */
  get entries(): readonly HistoryEntry[] {
    return this.#runs.map(({ entry }) => entry)
  }

  /** Entries that could not be written by the end of the command. */
  get unwritten(): readonly HistoryEntry[] {
    return this.#unwritten
  }

  /** Adds a store that the command has opened. */
  addTarget(target: string): void {
    this.#targets.add(target)
  }

  readonly onEvent = (event: RunEvent): void => {
    if (event.type === 'progress') this.#current()?.log.addEvent(event)
    if (event.type === 'run_started') this.#begin(event)
    else if (event.type === 'run_ended') this.#end(event)
    else {
      const run = this.#current()
      if (run !== undefined && event.type === 'run_continued') noteContinued(run, event)
      // A stall is not followed by an event that would cause a later write.
      if (run !== undefined && (event.type === 'stalled' || event.type === 'resumed'))
        this.#stalls(run, event)
      const progress = run && progressAfter(run.entry.progress, event)
      if (progress !== undefined) this.#progress(run!, progress)
    }
  }

  /** Adds a message to the log of the current run, or of the one that ended last. It is written with the next entry. */
  say(level: LogLevel, text: string): void {
    const run = this.#current() ?? this.#runs.at(-1)
    const log = run?.log ?? this.#early
    log.add(level, text)
  }

  /** Adds to the progress of the current run: its rate, when it will end, what it waits for. */
  note(progress: Partial<Progress>): void {
    const run = this.#current()
    if (run !== undefined) this.#progress(run, { ...run.entry.progress, ...progress })
  }

  /** Adds the findings of --profile to the current run, or to the one that ended last. */
  addProfile(profile: Record<string, unknown>, bottleneck?: string): void {
    const run = this.#current() ?? this.#runs.at(-1)
    if (run === undefined) return
    run.entry = { ...run.entry, profile, ...(bottleneck !== undefined && { bottleneck }) }
    this.#put(run)
  }

  /**
   * Gives all entries of the command its exit code, once it has ended. Resolves once they are written; at once unless
   * another process writes, and after ten seconds then.
   */
  async end(ending: CommandEnding): Promise<void> {
    if (this.#runs.length === 0) this.#beginLate(ending)
    const runs = this.#runs.splice(0)
    for (const run of runs) if (run.entry.status === 'running') this.#addTraffic(run)
    for (const run of runs) run.entry = endedEntry(run.entry, ending, this.#begun <= 1)
    this.#early = new RunLog()
    this.#begun = 0
    this.#traffic?.close()
    this.#traffic = undefined
    this.#unwritten = runs.length === 0 ? [] : await this.#putLast(runs)
    const { keep } = this.#recorded
    if (keep !== undefined && runs.length > 0 && !this.#writer.hasFailed)
      this.#writer.write((history) => history.prune(keep))
    this.#writer.close()
  }

  /** Returns those that could not be written. */
  async #putLast(runs: readonly RecordedRun[]): Promise<HistoryEntry[]> {
    const left = new Set(runs)
    await this.#writer.writeLast((history) => {
      for (const run of left) {
        putRun(run, history)
        left.delete(run)
      }
    })
    return [...left].map(({ entry }) => entry)
  }

  #current(): RecordedRun | undefined {
    return this.#runs.findLast(({ entry }) => entry.status === 'running')
  }

  #begin(event: RunStartedEvent): void {
    if (event.dry_run === true) return
    const { run: id, kind, target, collection = '', continues = false } = event
    const current = this.#current()
    if (current !== undefined) this.#addTraffic(current)
    this.#traffic ??= new RunTraffic(new PlaceMeter())
    const moved = this.#traffic.takeBefore()
    const run: RecordedRun = {
      entry: {
        ...firstEntry(this.#recorded, { id, kind, collection, target: maskSecrets(placeOf(kind, target)) }),
        ...moved,
      },
      log: this.#early,
      startedMs: performance.now(),
      notedMs: performance.now(),
      isPlaced: false,
      continues,
    }
    this.#early = new RunLog()
    run.log.addEvent(event)
    this.#begun += 1
    this.#runs.push(run)
    if (this.#runs.length > RUNS_KEPT) this.#forgetOldest()
    this.#put(run)
  }

  /** A watch has a run for each file. */
  #forgetOldest(): void {
    const oldest = this.#runs.findIndex(({ entry }) => entry.status !== 'running')
    if (oldest !== -1) this.#runs.splice(oldest, 1)
  }

  /** A command that failed before it began a run has failed too. */
  #beginLate(ending: CommandEnding): void {
    const { expected } = this.#recorded
    if (expected === undefined || codeOf(ending) === 0) return
    const [target = ''] = this.#targets
    const entry = {
      ...firstEntry(this.#recorded, { id: newRunId(), ...expected, target }),
      ...this.#traffic?.takeBefore(),
      started_at: this.#startedAt,
    }
    this.#runs.push({
      entry,
      log: this.#early,
      startedMs: 0,
      notedMs: 0,
      isPlaced: true,
      continues: false,
    })
  }

  #end(event: Extract<RunEvent, { readonly type: 'run_ended' }>): void {
    const run = this.#runs.findLast(({ entry }) => entry.id === event.run && entry.status === 'running')
    if (run === undefined) return
    run.log.addEvent(event)
    this.#writer.write((history) => numberTry(run, history))
    this.#addTraffic(run)
    const moved = this.#traffic?.resumed(run.entry)
    const seconds = event.seconds ?? (performance.now() - run.startedMs) / 1000
    const entry = { ...run.entry, ...moved }
    run.entry = { ...finishedEntry(entry, event), seconds, peak_rss_bytes: peakBytes() }
    this.#put(run)
  }

  #progress(run: RecordedRun, progress: Partial<Progress>): void {
    const { unit = 'records', done = 0, retries = 0, rejected = 0 } = progress
    const now = new Date().toISOString()
    const rest = { at: now, unit, done, retries, rejected }
    const nowMs = performance.now()
    const isDue = nowMs - run.notedMs >= NOTE_EVERY_MS && !this.#writer.hasFailed
    const lastRss = run.entry.progress?.rss_bytes
    const rss = isDue || lastRss === undefined ? process.memoryUsage.rss() : lastRss
    run.entry = { ...run.entry, progress: { ...progress, ...rest, rss_bytes: rss } }
    if (!isDue) return
    run.notedMs = nowMs
    this.#addTraffic(run)
    run.entry = { ...run.entry, updated_at: now }
    this.#put(run)
  }

  #stalls(run: RecordedRun, event: Extract<RunEvent, { readonly type: 'stalled' | 'resumed' }>): void {
    run.notedMs = -NOTE_EVERY_MS
    const moved =
      event.type === 'stalled' ? this.#traffic?.stalled(run.entry, event) : this.#traffic?.resumed(run.entry)
    run.entry = { ...run.entry, ...moved }
  }

  #addTraffic(run: RecordedRun): void {
    if (this.#traffic !== undefined) run.entry = { ...run.entry, ...this.#traffic.added(run.entry) }
  }

  #put(run: RecordedRun): void {
    this.#writer.write((history) => putRun(run, history))
  }
}

function putRun(run: RecordedRun, history: History): void {
  numberTry(run, history)
  history.put(run.entry, run.log.unwritten)
  run.log.noteWritten()
}
