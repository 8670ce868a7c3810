import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { ObjectsDigest, sumOfDigests } from '../../archive/object/digest.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { type Normalize, normalizers } from '../../transform/object/normalize.ts'
import { mayHaveExpired, type TimeToLive, timeToLive } from '../../transform/schema/timeToLive.ts'
import type { ReadArchived, ReadRange } from './archiveObjects.ts'
import { ExpiringObjects } from './expiring.ts'
import type { LiveClass } from './liveCollection.ts'

/** Clocks of a server and of this machine may differ by so much. */
const CLOCKS_DIFFER_MS = 5 * 60_000

/** A second look at ranges that seem to differ: archive and store are read, and compared object by object. */
export interface Recheck {
  /** True where the store may lack objects of the archive, since they have expired. */
  readonly expires: boolean
  /** How many of them have, of the ranges that were looked at. */
  readonly expired: number
  /** Reads what the archive has of a range. @throws ElysiaError where it is damaged */
  readArchive(index: number): Promise<void>
  /** Then: what the store has otherwise; undefined where nothing. */
  differing(index: number, range: IdRange): Promise<string | undefined>
  close(): void
}

/** The look that fits the class as the store has it. Embedded stores delete nothing by themselves. */
export async function recheckOf(
  manifest: Manifest,
  live: LiveClass,
  archived: ReadArchived,
  signal: AbortSignal,
): Promise<Recheck> {
  const before = manifest.schema as unknown as CollectionSchema
  const now = await live.schema()
  const as = normalizers(before, now, live.store.kind)
  const lives =
    live.store.kind === 'weaviate' ? [before, now].flatMap((schema) => timeToLive(schema) ?? []) : []
  if (lives.length === 0) return new EqualObjects(live, as, archived, signal)
  return new LastingObjects(live, as, lives, archived, signal)
}

type Both = { readonly archived: Normalize; readonly live: Normalize }

/** All objects have to be there, each as it was. Memory: a page, and a digest for each range. */
class EqualObjects implements Recheck {
  readonly expires = false
  readonly expired = 0
  readonly readArchive: ReadRange
  readonly #live: LiveClass
  readonly #as: Both
  readonly #digests = new Map<number, ObjectsDigest>()

  constructor(live: LiveClass, as: Both, archived: ReadArchived, signal: AbortSignal) {
    this.#live = live
    this.#as = as
    this.readArchive = archived((object, range) => this.#digestOf(range).add(as.archived(object)), signal)
  }

  async differing(index: number, range: IdRange): Promise<string | undefined> {
    const wanted = this.#digests.get(index)?.hex() ?? sumOfDigests([])
    const { digest } = await this.#live.read(range, this.#as.live)
    return digest === wanted ? undefined : 'others'
  }

  close(): void {}

  #digestOf(range: number): ObjectsDigest {
    const digest = this.#digests.get(range) ?? new ObjectsDigest()
    this.#digests.set(range, digest)
    return digest
  }
}

/** Objects whose time has come may be gone; all others have to be there, each as it was. Memory: a page and a cache. */
class LastingObjects implements Recheck {
  readonly expires = true
  expired = 0
  readonly readArchive: ReadRange
  readonly #live: LiveClass
  readonly #as: Both
  readonly #objects = new ExpiringObjects()

  constructor(
    live: LiveClass,
    as: Both,
    lives: readonly TimeToLive[],
    archived: ReadArchived,
    signal: AbortSignal,
  ) {
    this.#live = live
    this.#as = as
    this.readArchive = archived((object, range) => {
      const byMs = Date.now() + CLOCKS_DIFFER_MS
      const mayBeGone = lives.some((life) => mayHaveExpired(life, object, byMs))
      this.#objects.addArchived(range, as.archived(object), mayBeGone)
    }, signal)
  }

  async differing(index: number, range: IdRange): Promise<string | undefined> {
    let others = 0
    await this.#live.read(range, (object) => {
      if (!this.#objects.isArchived(index, this.#as.live(object))) others += 1
      return object
    })
    const { expired, missing } = this.#objects.notThere(index)
    this.expired += expired
    const facts = [
      ...(missing === 0 ? [] : [`${missing} missing that cannot have expired`]),
      ...(others === 0 ? [] : [`${others} other than in the archive`]),
    ]
    return facts.length === 0 ? undefined : facts.join(', ')
  }

  close(): void {
    this.#objects.close()
  }
}
