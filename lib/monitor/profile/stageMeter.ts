import { Transform } from 'node:stream'
import { type AnyStage, runsInThread, type StageObserver, stageName } from '../../core/channel/stages.ts'

/** What a stage did; stages with the same name are added up. Times are milliseconds. */
export interface StageFigures {
  readonly name: string
  /** How many stages have this name. */
  streams: number
  /** Chunks that it took; for a source, chunks that it gave. */
  chunks: number
  /** How long it had something to do, and did it or waited for a server. */
  workedMs: number
  /** How much of that used this thread. */
  cpuMs: number
  /** How long it could not pass on what it had. */
  heldMs: number
  /** How long it had nothing to do. */
  waitedMs: number
}

type Callback = (error?: Error | null) => void
type PatchedStream = {
  _write?: (chunk: unknown, encoding: BufferEncoding, done: Callback) => void
  _writev?: unknown
  _final?: (done: Callback) => void
  _flush?: (done: (error?: Error | null, last?: unknown) => void) => void
  _read?: (size: number) => void
  push?: (chunk: unknown, encoding?: BufferEncoding) => boolean
  once(event: 'close', listener: () => void): unknown
}

const OWN_FINAL = (Transform.prototype as unknown as PatchedStream)._final

/**
 * Measures the stages of pipelines. Costs a few clock readings for each chunk, none for each record. Thread time counts
 * only for the stage that uses it, even if one stage calls the next.
 */
export class StageMeter implements StageObserver {
  readonly #now: () => number
  readonly #activeMs: () => number
  readonly #stages = new Map<string, StageFigures>()
  readonly #open = new Set<Metered>()
  /** Stages that run now in this thread, each called by the one before. */
  readonly #running: Metered[] = []
  #runningSinceMs = 0
  /** Thread time that stages used. */
  #cpuMs = 0

  /** `activeMs`: how long this thread has been busy so far, for any reason. */
  constructor(
    now: () => number = () => performance.now(),
    activeMs: () => number = () => performance.eventLoopUtilization().active,
  ) {
    this.#now = now
    this.#activeMs = activeMs
  }

  watch(stages: readonly AnyStage[]): void {
    for (const stage of stages) this.#meter(stage as unknown as PatchedStream, stageName(stage))
  }

  /** The figures of all stages so far, in the order of their first appearance. */
  figures(): StageFigures[] {
    for (const one of this.#open) one.settle()
    return [...this.#stages.values()].map((figures) => ({ ...figures }))
  }

  #meter(stage: PatchedStream, name: string): void {
    const moment = () => ({ ms: this.#now(), cpuMs: this.#cpuNow(), activeMs: this.#activeMs() })
    const meter = new Metered(this.#figuresOf(name), moment, runsInThread(stage))
    this.#open.add(meter)
    if (typeof stage._write === 'function') this.#meterWrites(stage, meter)
    if (typeof stage._read === 'function') this.#meterReads(stage, meter, typeof stage._write !== 'function')
    stage.once('close', () => {
      meter.close()
      this.#open.delete(meter)
    })
  }

  #figuresOf(name: string): StageFigures {
    const known = this.#stages.get(name)
    const figures = known ?? { name, streams: 0, chunks: 0, workedMs: 0, cpuMs: 0, heldMs: 0, waitedMs: 0 }
    figures.streams += 1
    this.#stages.set(name, figures)
    return figures
  }

  #meterWrites(stage: PatchedStream, meter: Metered): void {
    const { _write: write, _final: final } = stage
    stage._write = (chunk, encoding, done) => {
      meter.begin()
      meter.figures.chunks += 1
      this.#run(meter, () =>
        write!.call(stage, chunk, encoding, (error) => {
          meter.end()
          done(error)
        }),
      )
    }
    // A Transform with its own `_final` also calls the standard one, and would flush twice.
    if (final === OWN_FINAL) this.#meterFlush(stage, meter)
    else if (typeof final === 'function') {
      stage._final = (done) => {
        meter.begin()
        this.#run(meter, () =>
          final.call(stage, (error) => {
            meter.end()
            done(error)
          }),
        )
      }
    }
  }

  #meterFlush(stage: PatchedStream, meter: Metered): void {
    const { _flush: flush } = stage
    if (typeof flush !== 'function') return
    stage._flush = (done) => {
      meter.begin()
      this.#run(meter, () =>
        flush.call(stage, (error, last) => {
          meter.end()
          done(error, last)
        }),
      )
    }
  }

  /** A stage that only gives works from the request until it gives. */
  #meterReads(stage: PatchedStream, meter: Metered, isSource: boolean): void {
    const { _read: read, push } = stage
    stage._read = (size) => {
      meter.emptied()
      if (isSource) meter.begin()
      this.#run(meter, () => read!.call(stage, size))
    }
    stage.push = (chunk, encoding) => {
      if (isSource) meter.end()
      if (isSource && chunk !== null) meter.figures.chunks += 1
      // The stages downstream run while this one pushes.
      const hasRoom = push!.call(stage, chunk, encoding)
      if (!hasRoom && chunk !== null) meter.filled()
      return hasRoom
    }
  }

  /** Runs a step of a stage: time in another stage that it calls counts for that one. */
  #run(one: Metered, step: () => void): void {
    this.#charge()
    this.#running.push(one)
    try {
      step()
    } finally {
      this.#charge()
      this.#running.pop()
    }
  }

  #charge(): void {
    const now = this.#now()
    const running = this.#running.at(-1)
    if (running !== undefined) {
      running.figures.cpuMs += now - this.#runningSinceMs
      this.#cpuMs += now - this.#runningSinceMs
    }
    this.#runningSinceMs = now
  }

  #cpuNow(): number {
    this.#charge()
    return this.#cpuMs
  }
}

interface Moment {
  readonly ms: number
  /** Thread time that all stages had used by then. */
  readonly cpuMs: number
  /** Thread time that was used for any reason by then. */
  readonly activeMs: number
}

/** One stage: what it does from one moment to the next. */
class Metered {
  readonly figures: StageFigures
  readonly #moment: () => Moment
  readonly #isElsewhere: boolean
  #at: Moment
  #ownCpuMs: number
  #isBusy = false
  #isFull = false
  #isClosed = false

  constructor(figures: StageFigures, moment: () => Moment, isElsewhere: boolean) {
    this.figures = figures
    this.#isElsewhere = isElsewhere
    this.#moment = moment
    this.#at = moment()
    this.#ownCpuMs = figures.cpuMs
  }

  begin(): void {
    this.settle()
    this.#isBusy = true
  }

  end(): void {
    this.settle()
    this.#isBusy = false
  }

  /** The next stage has no room for its output. */
  filled(): void {
    this.settle()
    this.#isFull = true
  }

  emptied(): void {
    this.settle()
    this.#isFull = false
  }

  close(): void {
    this.settle()
    this.#isClosed = true
  }

  /** Adds the time since the last moment to what the stage was doing. */
  settle(): void {
    if (this.#isClosed) return
    const before = this.#at
    const now = this.#moment()
    const ownCpuMs = this.figures.cpuMs - this.#ownCpuMs
    this.#at = now
    this.#ownCpuMs = this.figures.cpuMs
    const ms = now.ms - before.ms
    // While others used the thread, this stage could do nothing. Work after an await is invisible: it counts for stages
    // that may have awaited, so not for those that work elsewhere.
    const takenMs = this.#isElsewhere ? now.activeMs - before.activeMs : now.cpuMs - before.cpuMs
    const ofOthersMs = Math.max(0, takenMs - ownCpuMs)
    const worked = Math.min(ms, Math.max(ownCpuMs, ms - ofOthersMs))
    if (this.#isFull) {
      this.figures.workedMs += ownCpuMs
      this.figures.heldMs += ms - ownCpuMs
    } else if (this.#isBusy) {
      this.figures.workedMs += worked
      this.figures.waitedMs += ms - worked
    } else this.figures.waitedMs += ms
  }
}
