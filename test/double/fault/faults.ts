import { setTimeout as sleep } from 'node:timers/promises'
import { Fate, Rule, randomNumbers } from './fate.ts'
import type { Call, Injection, Portion } from './fault.ts'
import { refusalOf } from './refusal.ts'

const never = (): Promise<never> => new Promise(() => {})

/** The faults on demand of a double, and how a call fares among them. */
export class Faults {
  #rules: Rule[] = []
  #ended = false
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #random: () => number

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
      rule.end()
      return rule.befallen
    }
  }

  clear(): void {
    for (const rule of this.#rules.splice(0)) rule.end()
  }

  /** What is under way comes to nothing from now on, as in a process that was killed. */
  end(): void {
    this.#ended = true
  }

  /**
   * Does a call: `apply` is done as often and as far as the faults say, and its answer comes when they say.
   */
  async pass<T>(call: Call, apply: (portion: Portion) => T): Promise<T> {
    const fate = this.#fateOf(call)
    if (fate.pause !== undefined) await fate.pause
    if (fate.delayMs > 0) await sleep(fate.delayMs)
    if (fate.failure !== undefined) throw fate.failure
    if (fate.lateMs !== undefined) {
      setTimeout(() => this.#unheard(() => apply(fate.portion)), fate.lateMs).unref()
      call.cut()
      return never()
    }
    if (this.#ended || fate.end === 'before') return noAnswer(call, fate)
    const honest = apply(fate.portion)
    const reply = fate.lie === undefined ? honest : (fate.lie(honest as never) as T)
    if (fate.end === 'after') return noAnswer(call, fate)
    if (fate.holdMs !== undefined) await this.#laterAnswer(call.name, fate.holdMs)
    this.#answered(call.name)
    if (fate.againMs !== undefined) {
      void this.#laterAnswer(call.name, fate.againMs).then(() => this.#unheard(() => apply(fate.portion)))
    }
    return reply
  }

  /** Does what nobody waits for any more: a refusal has nobody to go to. */
  #unheard(work: () => unknown): void {
    if (this.#ended) return
    refusalOf(() => void work())
  }

  #fateOf(call: Call): Fate {
    const fate = new Fate(this.#random)
    for (const rule of this.#rules) {
      if (rule.befalls(call, this.#random)) fate.suffer(rule, call)
    }
    return fate
  }

  #laterAnswer(name: string, ms: number): Promise<void> {
    const waiting = this.#waiting.get(name) ?? new Set()
    this.#waiting.set(name, waiting)
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

  /** Those who waited for this answer go some turns of the loop later, when it has left the server. */
  #answered(name: string): void {
    const waiting = [...(this.#waiting.get(name) ?? [])]
    if (waiting.length === 0) return
    setTimeout(() => {
      for (const done of waiting) done()
    }, 5)
  }
}

function noAnswer(call: Call, fate: Fate): Promise<never> {
  if (fate.cut) call.cut()
  return never()
}
