import type { Console } from './console.ts'

/** What is shown while things are counted towards a total. */
export interface CountView {
  update(done: number, total: number): void
  /** A line that does not get lost in the bar. */
  note(message: string): void
  stop(): void
}

const LINE_EVERY_MS = 5000
const CLEAR_LINE = '\r\u001b[K'

/** A bar where stderr is a terminal, else a line every five seconds; nothing with -q. `unit` is a plural. */
export async function countView(unit: string, console: Console): Promise<CountView> {
  if (console.quiet || console.json) return { update() {}, note: console.note, stop() {} }
  return process.stderr.isTTY ? bar(unit, console) : lines(unit, console)
}

async function bar(unit: string, console: Console): Promise<CountView> {
  const { default: cliProgress } = await import('cli-progress')
  const view = new cliProgress.SingleBar({
    format: `{bar} {percentage}% {value} of {total} ${unit}, {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  })
  let started = false
  return {
    update(done, total) {
      if (!started) view.start(total, 0)
      started = true
      view.setTotal(Math.max(done, total))
      view.update(done)
    },
    note: (message) => console.note(started ? `${CLEAR_LINE}${message}` : message),
    stop: () => view.stop(),
  }
}

function lines(unit: string, console: Console): CountView {
  const startedMs = performance.now()
  let latest: readonly [done: number, total: number] | undefined
  const tell = () => {
    if (latest === undefined) return
    const rate = Math.round(latest[0] / ((performance.now() - startedMs) / 1000))
    console.note(`${latest[0]} of ${latest[1]} ${unit}, ${rate} a second`)
  }
  const timer = setInterval(tell, LINE_EVERY_MS).unref()
  return {
    update: (done, total) => {
      latest = [done, total]
    },
    note: console.note,
    stop: () => clearInterval(timer),
  }
}
