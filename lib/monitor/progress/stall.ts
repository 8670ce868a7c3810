import type { RunEvent } from '../../run/event/schema.ts'

/** With whom a run may be waiting. */
export type WaitsFor = Extract<RunEvent, { readonly type: 'stalled' }>['for']

type WaitedFor = Pick<Extract<RunEvent, { readonly type: 'stalled' }>, 'for' | 'waits_for' | 'direction'>

/** What is known of the process while nothing is acknowledged. */
export interface Waiting {
  /** The server whose answer is waited for. */
  readonly server?: string | undefined
  /** Whether it does not answer, or does not take what is sent. */
  readonly direction?: 'in' | 'out' | undefined
  /** Batches that are in flight. */
  readonly inFlight?: number
}

/** Events that are no progress. */
const NOTHING_DONE: ReadonlySet<RunEvent['type']> = new Set(['retry', 'lock_wait', 'stalled', 'resumed'])

/** Of these runs it is no stall that nothing happens: they wait for what may come. */
const PATIENT: ReadonlySet<string> = new Set(['watch'])

const STANDARD_INPUT = 'stdin'

/**
 * Notices that a run gets nothing acknowledged any more, and with whom it waits: pure, with the clock of its caller. A
 * lock, else a server that has not answered or is tried again, else the input, where nothing is in flight; else a disk.
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

  /** Takes an event that came at this time; returns `resumed` where it ends a stall. */
  take(event: RunEvent, ms: number): RunEvent | undefined {
    if (event.type === 'retry' || event.type === 'lock_wait') this.#obstacle = event
    if (event.type === 'run_started' && !PATIENT.has(event.kind)) {
      this.#run = { id: event.run, target: event.target, inputs: event.inputs ?? [] }
    }
    const ended = NOTHING_DONE.has(event.type) || !this.#isNews(event) ? undefined : this.acknowledged(ms)
    if (event.type === 'run_ended') this.#run = undefined
    return ended
  }

  /** Something was acknowledged at this time; returns `resumed` where that ends a stall. */
  acknowledged(ms: number): RunEvent | undefined {
    const stalledMs = this.#stalledMs
    this.#obstacle = undefined
    this.#acknowledgedMs = ms
    this.#stalledMs = undefined
    if (stalledMs === undefined || this.#run === undefined) return undefined
    return { type: 'resumed', run: this.#run.id, seconds: Math.round((ms - stalledMs) / 1000) }
  }

  /** Looks whether it stands still at this time; returns `stalled` once where it does. */
  look(ms: number, waiting: Waiting): RunEvent | undefined {
    if (this.#run === undefined || this.#stalledMs !== undefined) return undefined
    if (ms - this.#acknowledgedMs < this.#afterMs) return undefined
    this.#stalledMs = this.#acknowledgedMs
    const seconds = Math.round((ms - this.#acknowledgedMs) / 1000)
    return { type: 'stalled', run: this.#run.id, seconds, ...this.#waitsFor(waiting) }
  }

  /** The same number once more is no news. */
  #isNews(event: RunEvent): boolean {
    if (event.type !== 'progress') return true
    const done = event.done + (event.ahead ?? 0)
    const isNews = done !== this.#done
    this.#done = done
    return isNews
  }

  #waitsFor({ server, direction = 'in', inFlight = 0 }: Waiting): WaitedFor {
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
