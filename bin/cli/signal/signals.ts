import { pluralize } from '../../library.ts'

/** What signals ask from a run. */
export interface Signals {
  /** Aborted by the first signal: take nothing more, finish what is in flight. */
  readonly stop: AbortSignal
  /** Aborted by the second, or when the shutdown time is over: end at once. */
  readonly abort: AbortSignal
  /** The first signal received. */
  readonly received: NodeJS.Signals | undefined
  /** Gives the signals back to the system. */
  release(): void
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How signals are reported. */
export interface SignalTexts {
  note(message: string): void
  /** How many batches are in flight; undefined if nobody counts them. */
  inFlight(): number | undefined
}

/**
 * Takes over SIGINT, SIGTERM and SIGHUP: the first stops, the second aborts, the third kills. The abort follows
 * `timeoutMs` after the first by itself; if that is 0, together with it.
 */
export function takeSignals(timeoutMs: number, { note, inFlight }: SignalTexts): Signals {
  const stop = new AbortController()
  const abort = new AbortController()
  let received: NodeJS.Signals | undefined
  let timer: NodeJS.Timeout | undefined
  const release = () => {
    clearTimeout(timer)
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  const end = (why: string) => {
    release()
    abort.abort(new Error(why))
  }
  const onSignal = (name: NodeJS.Signals) => {
    const isFirst = received === undefined
    received ??= name
    note(isFirst ? stoppingText(name, timeoutMs === 0, inFlight()) : `aborting${by(name)}`)
    if (!isFirst) return end(`aborted by ${name}`)
    stop.abort(new Error(`stopped by ${name}`))
    if (timeoutMs === 0) return end(`aborted by ${name}`)
    timer = setTimeout(() => {
      note('aborting: the time to shut down is over')
      end('the time to shut down is over')
    }, timeoutMs).unref()
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

/** The final message, before how to continue. */
export function interruptedText(name: NodeJS.Signals): string {
  return name === 'SIGINT' ? 'interrupted' : `stopped by ${name}`
}

function stoppingText(name: NodeJS.Signals, isAtOnce: boolean, inFlight: number | undefined): string {
  if (isAtOnce) return `stopping${by(name)}`
  const what = inFlight === undefined ? 'what is in flight' : pluralize(inFlight, 'batch', 'batches')
  const finishing = inFlight === 0 ? '' : `: finishing ${what}`
  return `stopping${by(name)}${finishing}; again to abort`
}

/** The user knows about Ctrl-C: it need not be named. */
function by(name: NodeJS.Signals): string {
  return name === 'SIGINT' ? '' : ` (${name})`
}
