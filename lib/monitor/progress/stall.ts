import type { RunEvent } from '../../run/event/schema.ts'

/** What a run may be waiting for. */
export type StallCause = Extract<RunEvent, { readonly type: 'stalled' }>['for']

type WaitedFor = Pick<Extract<RunEvent, { readonly type: 'stalled' }>, 'for' | 'waits_for' | 'direction'>

/** Facts about the process while nothing is acknowledged. */
export interface StallFacts {
  /** The server that owes an answer. */
  readonly server?: string | undefined
  /** Whether the server does not answer, or does not take what is sent. */
  readonly direction?: 'in' | 'out' | undefined
  /** The number of batches in flight. */
  readonly inFlight?: number
}

/** Events that are no progress. */
const NOTHING_DONE: ReadonlySet<RunEvent['type']> = new Set(['retry', 'lock_wait', 'stalled', 'resumed'])

/** These runs do not stall when nothing happens: they wait for new input. */
const PATIENT: ReadonlySet<string> = new Set(['watch'])

const STANDARD_INPUT = 'stdin'

/**
 * Notices that nothing of a run is acknowledged any more, and what it waits for: a lock; a server that has not answered
 * or is retried; the input, if nothing is in flight; or else a disk. Pure, with the caller's clock.
 */
export class StallWatch {
  readonly #afterMs: number
  #run: { readonly id: string; readonly target: string; readonly inputs: readonly string[] } | undefined
  #acknowledgedMs = 0
  #stalledMs: number | undefined
  #obstacle: RunEvent | undefined
  #done: number | undefined

  constructor(afterMs: number) {
    this.#afterMs = afterMs
  }

  /** Takes an event that arrived at this time; returns `resumed` if it ends a stall. */
  take(event: RunEvent, ms: number): RunEvent | undefined {
    if (event.type === 'retry' || event.type === 'lock_wait') this.#obstacle = event
    if (event.type === 'run_started' && !PATIENT.has(event.kind)) {
      this.#run = { id: event.run, target: event.target, inputs: event.inputs ?? [] }
    }
    const ended = NOTHING_DONE.has(event.type) || !this.#isNews(event) ? undefined : this.acknowledged(ms)
    if (event.type === 'run_ended') this.#run = undefined
    return ended
  }

  /** Something was acknowledged at this time; returns `resumed` if that ends a stall. */
  acknowledged(ms: number): RunEvent | undefined {
    const stalledMs = this.#stalledMs
    this.#obstacle = undefined
    this.#acknowledgedMs = ms
    this.#stalledMs = undefined
    if (stalledMs === undefined || this.#run === undefined) return undefined
    return { type: 'resumed', run: this.#run.id, seconds: Math.round((ms - stalledMs) / 1000) }
  }

  /** Checks whether the run stands still at this time; returns `stalled` once if so. */
  look(ms: number, waiting: StallFacts): RunEvent | undefined {
    if (this.#run === undefined || this.#stalledMs !== undefined) return undefined
    if (ms - this.#acknowledgedMs < this.#afterMs) return undefined
    this.#stalledMs = this.#acknowledgedMs
    const seconds = Math.round((ms - this.#acknowledgedMs) / 1000)
    return { type: 'stalled', run: this.#run.id, seconds, ...this.#waitsFor(waiting) }
  }

  /** True for an event that changes a count: the same number again is no news. */
  #isNews(event: RunEvent): boolean {
    if (event.type !== 'progress') return true
    const done = event.done + (event.ahead ?? 0)
    const isNews = done !== this.#done
    this.#done = done
    return isNews
  }

  #waitsFor({ server, direction = 'in', inFlight = 0 }: StallFacts): WaitedFor {
    const { target, inputs } = this.#run!
    if (this.#obstacle?.type === 'lock_wait') return { for: 'lock', waits_for: lockText(this.#obstacle) }
    if (server !== undefined) return { for: 'server', waits_for: server, direction }
    if (this.#obstacle !== undefined) return { for: 'server', waits_for: target }
    if (inFlight === 0 && inputs.length > 0) {
      const isStandard = inputs.includes(STANDARD_INPUT)
      return { for: 'input', waits_for: isStandard ? 'standard input' : inputs.join(', ') }
    }
    return { for: 'disk', waits_for: target }
  }
}

function lockText({ file, pid, host }: Extract<RunEvent, { readonly type: 'lock_wait' }>): string {
  return pid === undefined ? file : `process ${pid} on ${host}`
}
