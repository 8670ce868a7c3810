import { Transform, type TransformCallback } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { slices } from '../../core/value/slices.ts'
import { difference } from '../../transform/object/compare.ts'
import type { Comparer } from './comparer.ts'
import { weightOf } from './differing.ts'
import type { Compared, ComparedPair } from './finding.ts'

/** Time, for a test that does not want to wait for it. */
export interface Clock {
  now(): number
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** Reads objects again by id, all of one tenant or of a collection without tenants. */
export type ReadAgain = (
  ids: readonly string[],
  tenant: string | undefined,
) => Promise<readonly StoredObject[]>

export interface RecheckOptions {
  readonly compare: Comparer
  /** Of a side that may change meanwhile; the other side stays as it was read. */
  readonly left?: ReadAgain | undefined
  readonly right?: ReadAgain | undefined
  /** True: what is equal now is passed on as well. */
  readonly all: boolean
  /** False for a tenant that nobody writes to, since it was asleep. */
  readonly isWritten: (tenant: string | undefined) => boolean
  /** How long after it was found, or looked at, something is looked at again. */
  readonly afterMs: number
  /** Called for each that is equal now, or gone from both sides. */
  readonly onSettled: (how: 'equal' | 'gone') => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

const LOOKS = 3
const IDS_A_READ = 500
/** Differences that wait at once: so many, or so many characters of their objects. */
const MOST = 20_000
const MOST_WEIGHT = 32 * 1024 * 1024

/**
 * Pages of what differs → pages of what still differs, in order: it is read again by id, some time after it was
 * found, up to three times. What stays as it was is a difference; what is another one at each look keeps changing,
 * and comes out with the sign `!`. What is equal now is left out. Memory: up to 20,000 differences, or 32 MiB of their
 * objects.
 */
export function recheck(options: RecheckOptions): Stage<readonly Compared[], readonly Compared[]> {
  return new Recheck(options)
}

/** A difference, and when it was found. */
interface Waiting {
  found: Compared
  readonly atMs: number
  /** True where it may be another one by now. */
  isOpen: boolean
  /** True where it is none any more. */
  isGone: boolean
}

/** One of an object: no other is looked at again. */
interface Open extends Waiting {
  found: ComparedPair
}

class Recheck extends Transform {
  readonly #options: RecheckOptions
  #waiting: Waiting[] = []
  #weight = 0

  constructor(options: RecheckOptions) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 1 })
    this.#options = options
  }

  override _transform(page: readonly Compared[], _: BufferEncoding, done: TransformCallback): void {
    const { clock, isWritten } = this.#options
    for (const found of page) {
      const isOpen = found.of === 'object' && found.sign !== '=' && isWritten(found.tenant)
      this.#waiting.push({ found, atMs: clock.now(), isOpen, isGone: false })
      this.#weight += found.of === 'object' ? weightOf(found) : 0
    }
    if (this.#waiting.length < MOST && this.#weight < MOST_WEIGHT) done()
    else this.#settle().then(() => done(), done)
  }

  override _flush(done: TransformCallback): void {
    this.#settle().then(() => done(), done)
  }

  /** Looks at all that waits until each is a difference, equal, or known to keep changing; and passes it on. */
  async #settle(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    this.#weight = 0
    for (let look = 1; look <= LOOKS; look++) {
      const open = waiting.filter((one): one is Open => one.isOpen)
      if (open.length === 0) break
      const since = look === 1 ? open.at(-1)!.atMs : this.#options.clock.now()
      await this.#waitUntil(since + this.#options.afterMs)
      for (const [tenant, own] of Map.groupBy(open, ({ found }) => found.tenant))
        for (const some of slices(own, IDS_A_READ)) await this.#look(some, tenant)
    }
    const left = waiting.filter(({ isGone }) => !isGone)
    for (const page of slices(left, IDS_A_READ)) this.push(page.map(resultOf))
  }

  async #waitUntil(ms: number): Promise<void> {
    const { clock, signal } = this.#options
    const left = ms - clock.now()
    if (left > 0) await clock.wait(left, signal)
  }

  async #look(some: readonly Open[], tenant: string | undefined): Promise<void> {
    const ids = some.map(({ found }) => found.id)
    const { left, right } = this.#options
    const [ofLeft, ofRight] = await Promise.all([
      left && byId(left(ids, tenant)),
      right && byId(right(ids, tenant)),
    ])
    for (const one of some) {
      const { found } = one
      const now = [
        ofLeft === undefined ? found.left : ofLeft.get(found.id),
        ofRight === undefined ? found.right : ofRight.get(found.id),
      ] as const
      this.#take(one, ...now)
    }
  }

  #take(one: Open, left: StoredObject | undefined, right: StoredObject | undefined): void {
    const { compare, onSettled } = this.#options
    const before = one.found
    const now = comparedNow(before, left, right, compare)
    if (typeof now === 'string') {
      onSettled(now)
      one.isOpen = false
      if (now === 'equal' && this.#options.all) one.found = { ...nameOf(before), sign: '=' }
      else one.isGone = true
      return
    }
    one.found = now
    one.isOpen = !(isSame(before.left, left) && isSame(before.right, right))
  }
}

function resultOf({ found, isOpen }: Waiting): Compared {
  if (!isOpen || found.of !== 'object') return found
  return { ...nameOf(found), sign: '!' }
}

function nameOf({ of, id, tenant }: ComparedPair): Pick<ComparedPair, 'of' | 'id' | 'tenant'> {
  return { of, id, ...(tenant !== undefined && { tenant }) }
}

async function byId(objects: Promise<readonly StoredObject[]>): Promise<ReadonlyMap<string, StoredObject>> {
  return new Map((await objects).map((object) => [object.id, object]))
}

/** True where a side gave the same object at two looks. */
function isSame(one: StoredObject | undefined, other: StoredObject | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return difference(one, other) === undefined
}

function comparedNow(
  found: ComparedPair,
  left: StoredObject | undefined,
  right: StoredObject | undefined,
  compare: Comparer,
): ComparedPair | 'equal' | 'gone' {
  const name = nameOf(found)
  if (left === undefined && right === undefined) return 'gone'
  if (left === undefined) return { ...name, sign: '-', right: right! }
  if (right === undefined) return { ...name, sign: '+', left }
  const difference = compare(left, right)
  return difference === undefined ? 'equal' : { ...name, sign: '*', difference, left, right }
}
