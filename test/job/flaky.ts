import { ElysiaError } from '../../lib/core/errors.ts'
import type { Collection, Store } from '../../lib/store/store.ts'

/** A store whose every method fails once, as where the way there breaks, for each place in lib/ that calls it. */
export interface Flaky {
  readonly store: Store
  /** Calls that were failed. */
  readonly struck: ReadonlySet<string>
}

export function flaky(store: Store): Flaky {
  const struck = new Set<string>()
  const strike = (method: string): boolean => {
    const place = `${method} ${callers()}`
    const isFirst = !struck.has(place)
    struck.add(place)
    return isFirst
  }
  const ofStore = failing(store, strike, { close: 'as it is', collection: 'given' })
  return { store: ofStore, struck }
}

type Strike = (method: string) => boolean
type Exceptions = Readonly<Record<string, 'as it is' | 'given'>>

function failing<T extends object>(one: T, strike: Strike, exceptions: Exceptions = {}): T {
  return new Proxy(one, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      const method = String(key)
      if (typeof value !== 'function' || exceptions[method] === 'as it is') return value
      const call = (...args: unknown[]): unknown => value.apply(target, args)
      if (exceptions[method] === 'given')
        return (...args: unknown[]) => failing(call(...args) as Collection, strike)
      if (method === 'read' || method === 'idsWhere')
        return async function* (...args: unknown[]) {
          if (strike(method)) throw broken(method)
          yield* call(...args) as AsyncIterable<unknown>
        }
      return (...args: unknown[]) => (strike(method) ? Promise.reject(broken(method)) : call(...args))
    },
  })
}

function broken(method: string): ElysiaError {
  return new ElysiaError('ELYSIA_UNREACHABLE', `${method}: the connection is broken`, { retryable: true })
}

/** The nearest places in lib/ that called, but for what repeats. */
function callers(): string {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = 60
  const lines = new Error().stack!.split('\n').slice(4)
  Error.stackTraceLimit = before
  const ours = lines.filter((line) => line.includes('/lib/') && !line.includes('/async/retry'))
  return ours
    .slice(0, 4)
    .map((line) => line.replace(/.*\/lib\//, ''))
    .join(' < ')
}
