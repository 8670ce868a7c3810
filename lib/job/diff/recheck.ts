import { Transform, type TransformCallback } from 'node:stream'
import { lineLength } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Stage } from '../../core/stage.ts'
import { slices } from '../../core/value/slices.ts'
import type { Comparer } from './comparer.ts'
import {
  type ComparedPair,
  type Finding,
  type ObjectFinding,
  type PairFinding,
  withoutObjects,
} from './finding.ts'
import { fingerprint } from './fingerprint.ts'

/** The clock, replaced in tests that do not want to wait. */
export interface Clock {
  now(): number
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** Reads objects again by id, all of one tenant or of a collection without tenants. */
export type RereadObjects = (
  ids: readonly string[],
  tenant: string | undefined,
) => Promise<readonly StoredObject[]>

/** Options of a second look at differing objects. */
export interface RecheckOptions {
  readonly compare: Comparer
  /** Present if this side may change meanwhile; a side without it stays as it was read. */
  readonly left?: RereadObjects | undefined
  readonly right?: RereadObjects | undefined
  /** True to pass on objects that are now equal, too. */
  readonly all: boolean
  /** False for a tenant that nobody can write to because it was asleep. */
  readonly isWritten: (tenant: string | undefined) => boolean
  /** How long to wait after a difference was found or checked before checking it again. */
  readonly afterMs: number
  /** Called for each difference that is now equal, or gone from both sides. */
  readonly onSettled: (how: 'equal' | 'gone') => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

const LOOKS = 3
const IDS_A_READ = 500
/** How many differences wait at once, and how many characters of their objects. */
const MOST = 20_000
const MOST_WEIGHT = 16 * 1024 * 1024
/** The weight of a difference besides its objects. */
const WEIGHT = 300

/**
 * Pages of differences → pages of lasting differences, in order and without objects: reads each again by id, some time
 * after it was found, up to three times. One that stays the same is a difference; one that changes at each look comes
 * out with the sign `!`. What is now equal is left out. Memory: up to 20,000 differences, or 16 MiB of the objects of a
 * side that does not change; a fingerprint for each object of the other side.
 */
export function recheck(options: RecheckOptions): Stage<readonly PairFinding[], readonly Finding[]> {
  return new Recheck(options)
}

/** A finding in its place among the others, until it can be passed on. */
interface PendingRecheck {
  /** Undefined if it is no difference any more. */
  found: Finding | undefined
  /** Present while it may still change. */
  open?: Open | undefined
}

/** A difference as it was last seen. */
interface Open {
  readonly name: Pick<ObjectFinding, 'of' | 'id' | 'tenant'>
  readonly atMs: number
  /** The object of a side that does not change. */
  readonly left?: StoredObject
  readonly right?: StoredObject
  /** Fingerprints of what the sides had. */
  seen: readonly [left: string | undefined, right: string | undefined]
}

class Recheck extends Transform {
  readonly #options: RecheckOptions
  #waiting: PendingRecheck[] = []
  #weight = 0

  constructor(options: RecheckOptions) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 1 })
    this.#options = options
  }

  override _transform(page: readonly PairFinding[], _: BufferEncoding, done: TransformCallback): void {
    for (const compared of page) this.#add(compared)
    if (this.#waiting.length < MOST && this.#weight < MOST_WEIGHT) done()
    else this.#settle().then(() => done(), done)
  }

  override _flush(done: TransformCallback): void {
    this.#settle().then(() => done(), done)
  }

  #add(compared: PairFinding): void {
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

  /** Checks everything that waits until each is a difference, equal, or known to keep changing; then passes it on. */
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
    for (const waiting of some) {
      const { name, ...fixed } = waiting.open
      this.#take(
        waiting,
        ofLeft === undefined ? fixed.left : ofLeft.get(name.id),
        ofRight === undefined ? fixed.right : ofRight.get(name.id),
      )
    }
  }

  #take(waiting: OpenWaiting, left: StoredObject | undefined, right: StoredObject | undefined): void {
    const { compare, onSettled, all } = this.#options
    const { name, seen } = waiting.open
    const now = comparedNow(name, left, right, compare)
    if (typeof now === 'string') {
      onSettled(now)
      settle(waiting, now === 'equal' && all ? { ...name, sign: '=' } : undefined)
      return
    }
    const seenNow = [fingerprint(left), fingerprint(right)] as const
    waiting.found = now
    if (seenNow[0] === seen[0] && seenNow[1] === seen[1]) settle(waiting, now)
    else waiting.open.seen = seenNow
  }
}

type OpenWaiting = PendingRecheck & { readonly open: Open }

function isOpen(one: PendingRecheck): one is OpenWaiting {
  return one.open !== undefined
}

/** Ends the checks of a finding. */
function settle(one: PendingRecheck, found: Finding | undefined): void {
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
