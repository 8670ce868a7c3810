import { rangeOf } from '../../archive/idRange.ts'
import { ObjectsDigest } from '../../archive/object/digest.ts'
import type { ObjectRange } from '../../archive/object/source.ts'
import { pool } from '../../async/pool.ts'
import type { StoredObject } from '../../core/object.ts'
import { readersOf } from '../../run/sharedOptions.ts'
import { idRanges } from '../../store/idRanges.ts'
import { objectPages } from '../../store/objects.ts'
import type { Projection } from '../../store/store.ts'
import { countedScan } from '../scan/countedScan.ts'
import { PermanentTally, SourceTally } from './part/tally.ts'
import type { RestoreRun } from './run.ts'

const MOST_READERS = 8
/** More ranges than readers, so that all of them end at about the same time. */
const RANGES_A_READER = 2

/** Everything that the target holds, as it was read. */
export interface TargetContents {
  readonly count: number
  readonly digest: string
  /** Of the objects that never expire; undefined unless objects of the class may. */
  readonly lasting: ReturnType<PermanentTally['facts']> | undefined
  /** Of what the objects brought with them; undefined unless the class makes vectors. */
  readonly brought: ReturnType<SourceTally['facts']> | undefined
}

/**
 * Reads the complete target: several ranges of ids, or several tenants, at once, since a distant server answers each
 * page late. Tenants must be active. Memory: two pages for each reader.
 * @throws ElysiaError the error of the store; ELYSIA_INCOMPLETE if a replica returned less than the server counts
 */
export async function readBack(run: RestoreRun, vectors: boolean, expected: number): Promise<TargetContents> {
  const { plan, retry, frame, store } = run
  const reading = new TargetReading(run, vectors, expected)
  const workers = readersBack(run)
  const pooled = { workers, signal: frame.signal, stop: frame.stop }
  if (plan.tenants !== undefined) {
    // Including those that only objects named.
    const tenants = await retry(() => store.tenants(run.class))
    await pool(tenants, pooled, (tenant, signal) => reading.counted([{ tenant }], { workers: 1, signal }))
  } else await reading.counted(await rangesOf(run, expected, workers), pooled)
  return reading.contents()
}

/** How many ranges, tenants or parts are read back at once: more make no server faster, and each takes memory. */
export function readersBack({ store, options }: RestoreRun): number {
  return store.maxInFlight === 1 ? 1 : Math.min(readersOf(options.workers), MOST_READERS)
}

/** What a reading of the target has found so far. */
class TargetReading {
  readonly #run: RestoreRun
  readonly #projection: Projection
  readonly #expected: number
  readonly #digest = new ObjectsDigest()
  readonly #lasting: PermanentTally | undefined
  readonly #brought: SourceTally | undefined
  #count = 0

  constructor(run: RestoreRun, vectors: boolean, expected: number) {
    const { plan, existing } = run
    this.#run = run
    this.#expected = expected
    const references = existing?.traces.refers ?? plan.references.length > 0
    this.#projection = { properties: 'all', vectors, references }
    this.#lasting = plan.mayExpire && new PermanentTally(plan.mayExpire)
    this.#brought = plan.presence.made.size === 0 ? undefined : new SourceTally(plan.presence)
    this.#tell()
  }

  /** Reads ranges that hold a complete class or tenant, and compares their number with the server's count. */
  async counted(
    ranges: readonly ObjectRange[],
    pooled: { readonly workers: number; readonly signal: AbortSignal; readonly stop?: AbortSignal },
  ): Promise<void> {
    const { collection, plan, existing, retry } = this.#run
    const tenant = ranges[0]?.tenant
    const call = { signal: pooled.signal, ...(tenant !== undefined && { tenant }) }
    const schema = existing?.schema ?? plan.schema
    const requireAllFound = await countedScan({ collection, schema, retry, call })
    let objects = 0
    await pool(ranges, pooled, async (range, signal) => {
      objects += await this.#read(range, signal)
    })
    await requireAllFound(objects)
  }

  contents(): TargetContents {
    return {
      count: this.#count,
      digest: this.#digest.hex(),
      lasting: this.#lasting?.facts(),
      brought: this.#brought?.facts(),
    }
  }

  async #read(range: ObjectRange, signal: AbortSignal): Promise<number> {
    const { collection, retry, frame } = this.#run
    const read = { projection: this.#projection, retry, signal }
    const pages: AsyncIterable<StoredObject[]> = objectPages(collection, range, read)
    let objects = 0
    for await (const page of pages) {
      frame.stop.throwIfAborted()
      await frame.memory?.trim()
      for (const object of page) this.#add(object)
      objects += page.length
      this.#count += page.length
      this.#tell()
    }
    return objects
  }

  #add(object: StoredObject): void {
    const compared = this.#run.plan.compared(object)
    this.#digest.add(compared)
    this.#lasting?.add(compared)
    this.#brought?.add(compared)
  }

  #tell(): void {
    const counted = { done: this.#count, total: this.#expected }
    this.#run.frame.emit({ type: 'progress', unit: 'objects', phase: 'reading back', ...counted })
  }
}

/**
 * Ranges that together hold all ids: cut where parts of the source end, so that the server is not asked where ids lie;
 * otherwise where it says.
 */
async function rangesOf(
  { plan, collection, retry, frame: { signal } }: RestoreRun,
  objects: number,
  workers: number,
): Promise<ObjectRange[]> {
  if (workers === 1) return [{}]
  const ends = plan.parts.flatMap(({ covers }) => covers?.upTo ?? [])
  if (ends.length < workers - 1) {
    const ranges = await retry(() => idRanges(collection, objects, workers, { signal }))
    return ranges.map(rangeOf)
  }
  const all = [...new Set(ends)].sort()
  const count = Math.min(all.length + 1, RANGES_A_READER * workers)
  const cuts = Array.from({ length: count - 1 }, (_, at) => all[Math.floor(((at + 1) * all.length) / count)]!)
  return [...new Set(cuts), undefined].map((upTo, at, bounds) => ({
    ...(at > 0 && { after: bounds[at - 1]! }),
    ...(upTo !== undefined && { upTo }),
  }))
}
