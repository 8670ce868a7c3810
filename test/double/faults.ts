import { setTimeout as sleep } from 'node:timers/promises'
import type { Incoming } from './collections.ts'

/** Which calls a fault befalls. */
export interface When {
  /**
   * Names of calls: of RPCs (`BatchObjects`) or beginnings of REST calls (`POST /v1/batch`). Without it every
   * call that reads or writes objects.
   */
  readonly on?: string | readonly string[]
  /** How many calls; without it all of them. */
  readonly count?: number
  /** How many calls that fit are let through first. */
  readonly skip?: number
  /** Between 0 and 1; without it 1. */
  readonly probability?: number
}

/** What befalls a call. All but `where` is JSON, so that a child process can be told. */
export type Fault =
  /** The whole call fails, nothing is applied. `http` is the REST status. */
  | { fault: 'status'; code: StatusCode; text: string; http?: number; retryAfterSeconds?: number }
  /** UNKNOWN "not enough memory" on gRPC, 500 on REST. */
  | { fault: 'memory' }
  /** 429 with Retry-After on REST, "429 Too many requests" on gRPC. */
  | { fault: 'tooMany'; retryAfterSeconds?: number }
  /** Messages above so many bytes are refused as the server refuses those above its own limit. */
  | { fault: 'tooLarge'; bytes: number }
  /** Single objects are refused, their neighbours written. Without `ids` and `where`: all objects. */
  | { fault: 'perObject'; text: string; ids?: readonly string[]; where?: (object: Incoming) => boolean }
  /** Every object is refused as by a store that has run out of disk. */
  | { fault: 'readOnly' }
  /** The connection breaks, before or after the write; with `objects` after that many of the batch. */
  | { fault: 'reset'; when: 'before' | 'after'; objects?: number }
  /** No answer ever comes. */
  | { fault: 'hang'; when?: 'before' | 'after' }
  /** Everything takes longer: so many milliseconds, or a random number between the two. */
  | { fault: 'delay'; ms: number | readonly [number, number] }
  /** The answer waits until a later call of the same name was answered, `ms` (1000) at most. */
  | { fault: 'hold'; ms?: number }
  /** The write is done, and done once more: after the next call of the same name, or after `ms` (1000). */
  | { fault: 'duplicate'; ms?: number }
  /** The connection breaks at once; the write is done `ms` (100) later, as if it had been under way. */
  | { fault: 'late'; ms?: number }

export type StatusCode = 'UNAVAILABLE' | 'UNKNOWN' | 'RESOURCE_EXHAUSTED' | 'INTERNAL' | 'PERMISSION_DENIED'

/** A fault with the calls that it befalls. */
export type Injection = Fault & When

/** A call as the faults see it. */
export interface Call {
  readonly name: string
  readonly bytes: number
  /** Breaks the caller's connection. */
  readonly cut: () => void
}

/** How much of a write is to be done. */
export interface Portion {
  /** Only the first so many objects. */
  readonly only?: number
  /** The text with which an object is refused. */
  readonly refuse?: (object: Incoming) => string | undefined
}

/** A call that failed as a whole because it was told to. */
export class Failure extends Error {
  readonly code: StatusCode
  readonly http: number
  readonly retryAfterSeconds: number | undefined

  constructor(fault: Extract<Fault, { fault: 'status' }>) {
    super(fault.text)
    this.code = fault.code
    this.http = fault.http ?? (fault.code === 'UNAVAILABLE' ? 503 : 500)
    this.retryAfterSeconds = fault.retryAfterSeconds
  }
}

const DATA = ['BatchObjects', 'BatchDelete', 'Search', 'Aggregate', 'TenantsGet', '/v1/objects', '/v1/batch']
const READ_ONLY = 'store is read-only due to: resource pressure'
const never = (): Promise<never> => new Promise(() => {})

/** The faults on demand of a double, and how a call fares among them. */
export class Faults {
  #rules: Rule[] = []
  #calls = new Map<string, Set<() => void>>()
  #random: () => number

  /** The same seed gives the same misfortunes for the same calls. */
  constructor(seed = 1) {
    this.#random = randomNumbers(seed)
  }

  /** Adds a fault; the function it returns takes it away again and says how many calls it befell. */
  inject(injection: Injection): () => number {
    const rule = new Rule(injection)
    this.#rules.push(rule)
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule)
      return rule.befallen
    }
  }

  clear(): void {
    this.#rules = []
  }

  /** Does a call: `apply` is done as often and as far as the faults say, and its answer comes when they say. */
  async pass<T>(call: Call, apply: (portion: Portion) => T): Promise<T> {
    const fate = this.#fateOf(call)
    if (fate.delayMs > 0) await sleep(fate.delayMs)
    if (fate.failure !== undefined) throw fate.failure
    if (fate.lateMs !== undefined) {
      setTimeout(() => apply(fate.portion), fate.lateMs).unref()
      call.cut()
      return never()
    }
    if (fate.end === 'before') return this.#noAnswer(call, fate)
    const reply = apply(fate.portion)
    if (fate.end === 'after') return this.#noAnswer(call, fate)
    if (fate.holdMs !== undefined) await this.#laterAnswer(call.name, fate.holdMs)
    this.#answered(call.name)
    if (fate.againMs !== undefined) {
      void this.#laterAnswer(call.name, fate.againMs).then(() => apply(fate.portion))
    }
    return reply
  }

  #noAnswer(call: Call, fate: Fate): Promise<never> {
    if (fate.cut) call.cut()
    return never()
  }

  #fateOf(call: Call): Fate {
    const fate = new Fate()
    for (const rule of this.#rules) {
      if (rule.befalls(call, this.#random)) fate.suffer(rule.injection, call, this.#random)
    }
    return fate
  }

  #laterAnswer(name: string, ms: number): Promise<void> {
    const waiting = this.#calls.get(name) ?? new Set()
    this.#calls.set(name, waiting)
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      waiting.add(done)
    })
  }

  /** Those who waited for this answer go after it: the next turn of the loop has written it to the socket. */
  #answered(name: string): void {
    const waiting = [...(this.#calls.get(name) ?? [])]
    setTimeout(() => {
      for (const done of waiting) done()
    }, 5)
  }
}

class Rule {
  readonly injection: Injection
  befallen = 0
  #met = 0

  constructor(injection: Injection) {
    this.injection = injection
  }

  befalls(call: Call, random: () => number): boolean {
    const { on, count = Infinity, skip = 0, probability = 1 } = this.injection
    const names = on === undefined ? DATA : [on].flat()
    if (!names.some((name) => call.name.startsWith(name) || call.name.includes(` ${name}`))) return false
    if (this.injection.fault === 'tooLarge' && call.bytes <= this.injection.bytes) return false
    this.#met += 1
    if (this.#met <= skip || this.befallen >= count || random() >= probability) return false
    this.befallen += 1
    return true
  }
}

/** Everything that befalls one call. */
class Fate {
  delayMs = 0
  failure: Failure | undefined
  end: 'before' | 'after' | undefined
  cut = false
  holdMs: number | undefined
  againMs: number | undefined
  lateMs: number | undefined
  portion: Portion = {}

  suffer(fault: Fault, call: Call, random: () => number): void {
    switch (fault.fault) {
      case 'delay':
        this.delayMs += typeof fault.ms === 'number' ? fault.ms : between(fault.ms, random)
        break
      case 'hang':
        this.end = fault.when ?? 'before'
        break
      case 'reset':
        this.cut = true
        this.end = fault.objects === undefined ? fault.when : 'after'
        if (fault.objects !== undefined) this.portion = { ...this.portion, only: fault.objects }
        break
      case 'hold':
        this.holdMs = fault.ms ?? 1000
        break
      case 'duplicate':
        this.againMs = fault.ms ?? 1000
        break
      case 'late':
        this.lateMs = fault.ms ?? 100
        break
      case 'perObject':
      case 'readOnly':
        this.#refuse(fault)
        break
      default:
        this.failure = failureOf(fault, call)
    }
  }

  #refuse(fault: Extract<Fault, { fault: 'perObject' | 'readOnly' }>): void {
    const before = this.portion.refuse
    const refuse = (object: Incoming): string | undefined => {
      if (fault.fault === 'readOnly') return READ_ONLY
      const { ids, where, text } = fault
      if (ids !== undefined && !ids.includes(object.id)) return undefined
      return where === undefined || where(object) ? text : undefined
    }
    this.portion = { ...this.portion, refuse: (object) => before?.(object) ?? refuse(object) }
  }
}

function failureOf(fault: Fault, call: Call): Failure {
  switch (fault.fault) {
    case 'status':
      return new Failure(fault)
    case 'memory':
      return new Failure({ fault: 'status', code: 'UNKNOWN', text: 'not enough memory' })
    case 'tooMany':
      return new Failure({
        fault: 'status',
        code: 'UNKNOWN',
        text: '429 Too many requests',
        http: 429,
        retryAfterSeconds: fault.retryAfterSeconds ?? 1,
      })
    default: {
      const max = fault.fault === 'tooLarge' ? fault.bytes : 0
      return tooLarge(call.bytes, max)
    }
  }
}

/** The refusal of a gRPC server for a request above its limit, or of its own reply. */
export function tooLarge(
  bytes: number,
  max: number,
  verb: 'received' | 'trying to send' = 'received',
): Failure {
  const text = `grpc: ${verb} message larger than max (${bytes} vs. ${max})`
  return new Failure({ fault: 'status', code: 'RESOURCE_EXHAUSTED', text, http: 413 })
}

function between([low, high]: readonly [number, number], random: () => number): number {
  return low + random() * (high - low)
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
