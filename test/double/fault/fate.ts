import { type Call, Failure, type Fault, type Injection, type Portion, tooLarge } from './fault.ts'

const DATA = ['BatchObjects', 'BatchDelete', 'Search', 'Aggregate', 'TenantsGet', '/v1/objects', '/v1/batch']
const READ_ONLY = 'store is read-only due to: resource pressure'

/** A fault that was injected, and how often it struck. */
export class Rule {
  readonly injection: Injection
  befallen = 0
  /** Once the fault is taken away. */
  readonly over: Promise<void>
  readonly end: () => void
  #met = 0

  constructor(injection: Injection) {
    this.injection = injection
    const { promise, resolve } = Promise.withResolvers<void>()
    this.over = promise
    this.end = resolve
  }

  /** Counts the call where it fits, and says whether it is struck. */
  befalls(call: Call, random: () => number): boolean {
    const { count = Infinity, skip = 0, probability = 1 } = this.injection
    if (!this.#fits(call)) return false
    this.#met += 1
    if (this.#met <= skip || this.befallen >= count || random() >= probability) return false
    this.befallen += 1
    return true
  }

  #fits(call: Call): boolean {
    const { injection } = this
    if (injection.fault === 'tooLarge' && call.bytes <= injection.bytes) return false
    const names = injection.on === undefined ? DATA : [injection.on].flat()
    return names.some((name) => call.name.startsWith(name) || call.name.includes(` ${name}`))
  }
}

/** Everything that befalls one call. */
export class Fate {
  delayMs = 0
  pause: Promise<unknown> | undefined
  failure: Failure | undefined
  end: 'before' | 'after' | undefined
  cut = false
  holdMs: number | undefined
  againMs: number | undefined
  lateMs: number | undefined
  portion: Portion = {}
  lie: ((honest: never) => unknown) | undefined
  readonly #random: () => number

  constructor(random: () => number) {
    this.#random = random
  }

  suffer({ injection: fault, over }: Rule, call: Call): void {
    switch (fault.fault) {
      case 'pause':
        this.pause = Promise.all([this.pause, over])
        break
      case 'delay':
        this.delayMs += typeof fault.ms === 'number' ? fault.ms : between(fault.ms, this.#random)
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
      case 'lie':
        this.lie = fault.answer
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
    const { ids, where, share = 1 } = fault
    const text = fault.fault === 'readOnly' ? READ_ONLY : fault.text
    const refuse: NonNullable<Portion['refuse']> = (object) => {
      if (ids?.includes(object.id) === false || where?.(object) === false) return undefined
      return share < 1 && this.#random() >= share ? undefined : text
    }
    this.portion = { ...this.portion, refuse: (object) => before?.(object) ?? refuse(object) }
  }
}

type Whole = Exclude<
  Fault,
  {
    fault:
      | 'delay'
      | 'pause'
      | 'hang'
      | 'reset'
      | 'hold'
      | 'duplicate'
      | 'late'
      | 'lie'
      | 'perObject'
      | 'readOnly'
  }
>

function failureOf(fault: Whole, call: Call): Failure {
  switch (fault.fault) {
    case 'status':
      return new Failure(fault)
    case 'memory':
      return new Failure({ code: 'UNKNOWN', text: 'not enough memory' })
    case 'tooMany':
      return new Failure({
        code: 'UNKNOWN',
        text: '429 Too many requests',
        http: 429,
        retryAfterSeconds: fault.retryAfterSeconds ?? 1,
      })
    case 'tooLarge':
      return tooLarge(call.bytes, fault.bytes)
  }
}

function between([low, high]: readonly [number, number], random: () => number): number {
  return low + random() * (high - low)
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
