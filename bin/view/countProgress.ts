import type { Console } from '../cli/console.ts'

/** What is shown while things are counted towards a total. */
export interface CountView {
  update(done: number, total: number): void
  stop(): void
}

const LINE_EVERY_MS = 5000

/** A bar where stderr is a terminal, else a line every five seconds; nothing with -q. `unit` is a plural. */
export async function countView(unit: string, console: Console): Promise<CountView> {
  if (console.quiet || console.json) return { update() {}, stop() {} }
  const bar = await console.bar(`{bar} {percentage}% {value} of {total} ${unit}, {eta_formatted} left`)
  if (bar === undefined) return lines(unit, console)
  return { update: (done, total) => bar.update(done, total, ''), stop: bar.stop }
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
    stop: () => clearInterval(timer),
  }
}
