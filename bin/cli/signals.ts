/** What signals ask of a run. */
export interface Signals {
  /** Aborted by the first signal: take no more, finish what is in flight. */
  readonly stop: AbortSignal
  /** Aborted by the second, or when the time to shut down is over: end at once. */
  readonly abort: AbortSignal
  /** The first signal that came. */
  readonly received: NodeJS.Signals | undefined
  /** Gives the signals back to the system. */
  release(): void
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Takes SIGINT, SIGTERM and SIGHUP from the system: the first stops, the second aborts, the third kills.
 * `timeoutMs` after the first the abort comes by itself.
 */
export function takeSignals(timeoutMs: number, say: (message: string) => void): Signals {
  const stop = new AbortController()
  const abort = new AbortController()
  let received: NodeJS.Signals | undefined
  let timer: NodeJS.Timeout | undefined
  const release = () => {
    clearTimeout(timer)
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  const end = (why: string) => {
    say(why)
    release()
    abort.abort(new Error(why))
  }
  const onSignal = (name: NodeJS.Signals) => {
    if (received !== undefined) return end(`${name} again: ends at once`)
    received = name
    say(`${name}: finishes what is in flight; again to end at once`)
    const late = () => end('the time to shut down is over: ends at once')
    timer = setTimeout(late, timeoutMs).unref()
    stop.abort(new Error(name))
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    stop: stop.signal,
    abort: abort.signal,
    release,
    get received() {
      return received
    },
  }
}
