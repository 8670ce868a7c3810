import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { joinObjects, type ObjectPair } from '../../archive/object/join.ts'
import type { ObjectRange, ObjectSource } from '../../archive/object/source.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { difference } from '../../transform/object/compare.ts'
import { normalizers } from '../../transform/object/normalize.ts'
import { mayHaveExpired, type TimeToLive, timeToLive } from '../../transform/schema/timeToLive.ts'
import type { LiveClass } from './liveCollection.ts'

/** How far the clocks of a server and this machine may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000

/** How many ids are named for a range; all are counted. */
const MOST_NAMED = 10

/** The differences between an archive and a store in a range. */
export interface RangeDifferences {
  /** Objects of the archive that the store lacks, although they cannot have expired. */
  readonly missing: number
  /** Objects of the store that the archive lacks, or that differ. */
  readonly others: number
  /** Expired objects of the archive that are gone from the store: no fault. */
  readonly expired: number
  /** The first ids that are missing or differ. */
  readonly ids: readonly string[]
}

/**
 * A second look at ranges that seem to differ: reads archive and store in parallel, and compares object by object what
 * must be the same in both. Memory: a page of each.
 */
export class SecondLook {
  readonly #archived: ObjectSource
  readonly #live: ObjectSource
  readonly #lives: readonly TimeToLive[]
  readonly #isSame: (pair: ObjectPair) => boolean
  readonly #signal: AbortSignal

  private constructor(archived: ObjectSource, live: LiveClass, now: CollectionSchema, signal: AbortSignal) {
    const { schema: before } = archived
    const { kind } = live.store
    const as = normalizers(before, now, kind)
    this.#archived = archived
    this.#live = live.source(now, archived.ranges)
    // Embedded stores delete nothing by themselves.
    this.#lives = kind === 'weaviate' ? [before, now].flatMap((schema) => timeToLive(schema) ?? []) : []
    this.#isSame = ({ left, right }) =>
      left !== undefined && right !== undefined && difference(as.archived(left), as.live(right)) === undefined
    this.#signal = signal
  }

  static async of(archived: ObjectSource, live: LiveClass, signal: AbortSignal): Promise<SecondLook> {
    return new SecondLook(archived, live, await live.schema(), signal)
  }

  /** True if the store may lack objects of the archive because they expired. */
  get expires(): boolean {
    return this.#lives.length > 0
  }

  /** @throws ElysiaError if the archive is damaged, or the store cannot be read */
  async at(range: ObjectRange): Promise<RangeDifferences> {
    let [missing, others, expired] = [0, 0, 0]
    const ids: string[] = []
    const take = (pair: ObjectPair): void => {
      if (this.#isSame(pair)) return
      const isGone = pair.right === undefined
      if (isGone && this.#mayBeGone(pair)) expired += 1
      else {
        if (isGone) missing += 1
        else others += 1
        if (ids.length < MOST_NAMED) ids.push((pair.left ?? pair.right)!.id)
      }
    }
    const end = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: readonly ObjectPair[], _, done) {
        for (const pair of page) take(pair)
        done()
      },
    })
    await pipeline(joinObjects(this.#archived, this.#live, range), end, { signal: this.#signal })
    return { missing, others, expired, ids }
  }

  #mayBeGone({ left }: ObjectPair): boolean {
    const byMs = Date.now() + CLOCKS_DIFFER_MS
    return left !== undefined && this.#lives.some((life) => mayHaveExpired(life, left, byMs))
  }
}
