import type { Console } from '../cli/console.ts'
import { type Progress, sum } from '../library.ts'
import { Pace } from './pace.ts'
import { type Measure, progressLine, type Speed, shareOf } from './progressLine.ts'

/** What is shown while a job goes on. */
export interface ProgressView {
  update(measure: Measure): void
  stop(): void
}

const LINE_EVERY_MS = 5000
const LOOK_EVERY_MS = 500

/** One line at the foot of a terminal; elsewhere one every five seconds, where there is news; nothing with -q. */
export async function progressView(console: Console): Promise<ProgressView> {
  if (console.quiet || console.json) return { update() {}, stop() {} }
  const seen = new Seen()
  const looking = setInterval(() => seen.look(), LOOK_EVERY_MS).unref()
  const stopShowing = await startShowing(console, seen)
  return {
    update: (measure) => seen.take(measure),
    stop() {
      clearInterval(looking)
      stopShowing()
    },
  }
}

async function startShowing(console: Console, seen: Seen): Promise<() => void> {
  const footer = await console.footer()
  if (footer !== undefined) {
    footer.show((columns) => seen.line(columns))
    return footer.stop
  }
  let last: Measure | undefined
  const print = () => {
    if (seen.latest !== undefined && seen.latest !== last) console.note(seen.line()!.trimStart())
    last = seen.latest
  }
  const timer = setInterval(print, LINE_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** What was last told of a job, and how fast it goes. */
class Seen {
  latest: Measure | undefined
  #pace = new Pace()
  #shares = new Pace()

  take(measure: Measure): void {
    if (measure.phase !== this.latest?.phase) {
      this.#pace = new Pace()
      this.#shares = new Pace()
    }
    const isFirst = this.latest === undefined || measure.phase !== this.latest.phase
    this.latest = measure
    if (isFirst) this.look()
  }

  /** Looks how far it is now: what stands still is seen to slow down. */
  look(): void {
    if (this.latest === undefined) return
    const now = performance.now()
    const { ahead = 0, ...settled } = this.latest
    const measure = { ...settled, done: settled.done + ahead }
    this.#pace.note(measure.done, now)
    this.#shares.note(shareOf(measure) ?? 0, now)
  }

  /** Undefined where nothing has been told yet. */
  line(columns?: number): string | undefined {
    return this.latest && progressLine(this.latest, this.#speed(this.latest), columns)
  }

  #speed(latest: Measure): Speed {
    // Large parts become durable seldom: how fast it goes, and how long it takes, is seen by what is read.
    const share = shareOf({ ...latest, done: latest.done + (latest.ahead ?? 0) })
    const perSecond = this.#shares.rate()
    const left = share === undefined || perSecond === undefined ? undefined : (1 - share) / perSecond
    return { rate: this.#pace.rate(), left }
  }
}

/** An ingest, measured by its records; `sizes` are those of its inputs, in bytes, where all are known. */
export function ingestMeasure(
  { records, rejected, input, input_bytes: inputBytes }: Progress,
  sizes: readonly (number | undefined)[],
): Measure {
  const all = sizes.length === 0 ? undefined : total(sizes)
  const before = total(sizes.slice(0, input))
  return {
    done: records,
    unit: 'records',
    rejected: sum(rejected),
    ...(all !== undefined && all > 0 && before !== undefined && { share: (before + inputBytes) / all }),
  }
}

function total(sizes: readonly (number | undefined)[]): number | undefined {
  return sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  )
}
