import { Transform, type TransformCallback } from 'node:stream'
import { lineLength } from '../../archive/object/size.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { slices } from '../../core/value/slices.ts'
import type { Comparer } from './comparer.ts'
import {
  type Compared,
  type ComparedPair,
  type Finding,
  type ObjectFinding,
  withoutObjects,
} from './finding.ts'
import { fingerprint } from './fingerprint.ts'

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
const MOST_WEIGHT = 16 * 1024 * 1024
/** What one takes beside its objects. */
const WEIGHT = 300

/**
 * Pages of what differs → pages of what still differs, in order and without objects: it is read again by id, some time
 * after it was found, up to three times. What stays as it was is a difference; what is another one at each look keeps
 * changing, and comes out with the sign `!`. What is equal now is left out. Memory: up to 20,000 differences, or 16 MiB of
 * the objects of a side that does not change; of the other side a fingerprint each.
 */
export function recheck(options: RecheckOptions): Stage<readonly Compared[], readonly Finding[]> {
  return new Recheck(options)
}

/** A finding on its way, in its place among the others. */
interface Waiting {
  /** Undefined where it is none any more. */
  found: Finding | undefined
  /** Of one that may be another by now. */
  open?: Open | undefined
}

/** A difference as it was seen last. */
interface Open {
  readonly name: Pick<ObjectFinding, 'of' | 'id' | 'tenant'>
  readonly atMs: number
  /** What a side has that does not change. */
  readonly left?: StoredObject
  readonly right?: StoredObject
  /** What the sides had, as fingerprints. */
  seen: readonly [left: string | undefined, right: string | undefined]
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
    for (const compared of page) this.#add(compared)
    if (this.#waiting.length < MOST && this.#weight < MOST_WEIGHT) done()
    else this.#settle().then(() => done(), done)
  }

  override _flush(done: TransformCallback): void {
    this.#settle().then(() => done(), done)
  }

  #add(compared: Compared): void {
    if (compared.of !== 'object') this.#waiting.push({ found: compared })
    else if (compared.sign === '=' || !this.#options.isWritten(compared.tenant))
      this.#waiting.push({ found: withoutObjects(compared) })
    else this.#waiting.push({ found: withoutObjects(compared), open: this.#open(compared) })
  }

  #open({ of, id, tenant, left, right }: ComparedPair): Open {
    const { clock, left: readLeft, right: readRight } = this.#options
    const fixed = {
      ...(readLeft === undefined && left && { left }),
      ...(readRight === undefined && right && { right }),
    }
    this.#weight += WEIGHT
    for (const object of Object.values(fixed)) this.#weight += lineLength(object)
    const name = { of, id, ...(tenant !== undefined && { tenant }) }
    return { name, atMs: clock.now(), ...fixed, seen: [fingerprint(left), fingerprint(right)] }
  }

  /** Looks at all that waits until each is a difference, equal, or known to keep changing; and passes it on. */
  async #settle(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    this.#weight = 0
    for (let look = 1; look <= LOOKS; look++) {
      const open = waiting.filter(isOpen)
      if (open.length === 0) break
      const since = look === 1 ? open.at(-1)!.open.atMs : this.#options.clock.now()
      await this.#waitUntil(since + this.#options.afterMs)
      for (const [tenant, own] of Map.groupBy(open, (one) => one.open.name.tenant))
        for (const some of slices(own, IDS_A_READ)) await this.#look(some, tenant)
    }
    const findings = waiting.flatMap(({ found, open }) =>
      open === undefined ? (found ?? []) : { ...open.name, sign: '!' as const },
    )
    for (const page of slices(findings, IDS_A_READ)) this.push(page)
  }

  async #waitUntil(ms: number): Promise<void> {
    const { clock, signal } = this.#options
    const left = ms - clock.now()
    if (left > 0) await clock.wait(left, signal)
  }

  async #look(some: readonly OpenWaiting[], tenant: string | undefined): Promise<void> {
    const ids = some.map(({ open }) => open.name.id)
    const { left, right } = this.#options
    const [ofLeft, ofRight] = await Promise.all([
      left && byId(left(ids, tenant)),
      right && byId(right(ids, tenant)),
    ])
    for (const one of some) {
      const { name, ...fixed } = one.open
      this.#take(
        one,
        ofLeft === undefined ? fixed.left : ofLeft.get(name.id),
        ofRight === undefined ? fixed.right : ofRight.get(name.id),
      )
    }
  }

  #take(one: OpenWaiting, left: StoredObject | undefined, right: StoredObject | undefined): void {
    const { compare, onSettled, all } = this.#options
    const { name, seen } = one.open
    const now = comparedNow(name, left, right, compare)
    if (typeof now === 'string') {
      onSettled(now)
      settle(one, now === 'equal' && all ? { ...name, sign: '=' } : undefined)
      return
    }
    const seenNow = [fingerprint(left), fingerprint(right)] as const
    one.found = now
    if (seenNow[0] === seen[0] && seenNow[1] === seen[1]) settle(one, now)
    else one.open.seen = seenNow
  }
}

type OpenWaiting = Waiting & { readonly open: Open }

function isOpen(one: Waiting): one is OpenWaiting {
  return one.open !== undefined
}

/** It is looked at no more. */
function settle(one: Waiting, found: Finding | undefined): void {
  one.found = found
  one.open = undefined
}

async function byId(objects: Promise<readonly StoredObject[]>): Promise<ReadonlyMap<string, StoredObject>> {
  return new Map((await objects).map((object) => [object.id, object]))
}

function comparedNow(
  name: Open['name'],
  left: StoredObject | undefined,
  right: StoredObject | undefined,
  compare: Comparer,
): ObjectFinding | 'equal' | 'gone' {
  if (left === undefined && right === undefined) return 'gone'
  if (left === undefined) return { ...name, sign: '-' }
  if (right === undefined) return { ...name, sign: '+' }
  const difference = compare(left, right)
  return difference === undefined ? 'equal' : { ...name, sign: '*', difference }
}
