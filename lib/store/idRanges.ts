import type { IdRange } from '../archive/manifest.ts'
import { checkedLastId } from './objects.ts'
import type { CallOptions, Collection } from './store.ts'

/** A collection with fewer objects is one range: more ranges would only make small files. */
const LEAST_OBJECTS = 5000
const MOST_RANGES = 64
const OBJECTS_A_RANGE = 50_000

/** How imprecise the greatest id may be: one part in so many of the distance from the least id. */
const CLOSE_ENOUGH = 256n

const ID_BITS = 128n
const LAST = (1n << ID_BITS) - 1n
/** Random ids have some beyond this one. */
const NEAR_LAST = LAST - LAST / CLOSE_ENOUGH

/** How many ranges a scan is divided into, for this number of objects and workers. */
function rangesFor(objects: number, workers: number): number {
  if (objects < LEAST_OBJECTS) return 1
  return Math.min(MOST_RANGES, Math.max(workers * 2, Math.ceil(objects / OBJECTS_A_RANGE)))
}

/**
 * Divides the existing ids into ranges of about equally many objects: evenly between the least and the greatest id, so
 * that ids that begin with a time are divided like random ones. The first and the last range are open. Takes two reads
 * of the store at once, for the least id and for one near the end; if ids are not random, eight more for the greatest,
 * and one more for each bit that all ids share. Repeats none of them: the caller repeats the complete call.
 */
export async function idRanges(
  collection: Collection,
  objects: number,
  workers: number,
  call: CallOptions,
): Promise<IdRange[]> {
  const count = rangesFor(objects, workers)
  const tenant = call.tenant === undefined ? {} : { tenant: call.tenant }
  if (count === 1) return [tenant]
  const [least, late] = await Promise.all([
    firstAfter(collection, undefined, call),
    firstAfter(collection, idOf(NEAR_LAST), call),
  ])
  if (least === undefined) return [tenant]
  const from = numberOf(least)
  const to = await greatest(collection, from, late, call)
  const cuts = Array.from({ length: count - 1 }, (_, index) =>
    idOf(from + ((to - from) * BigInt(index + 1)) / BigInt(count)),
  )
  return [...new Set(cuts), undefined].map((upTo, index, all) => ({
    ...tenant,
    ...(index > 0 && { after: all[index - 1]! }),
    ...(upTo !== undefined && { up_to: upTo }),
  }))
}

/**
 * Approximately the greatest id: that is near the end, if one was found there; otherwise halves the rest until it is
 * small compared with the distance from the least.
 */
async function greatest(
  collection: Collection,
  least: bigint,
  late: string | undefined,
  call: CallOptions,
): Promise<bigint> {
  let low = late === undefined ? least : numberOf(late)
  let high = late === undefined ? NEAR_LAST : LAST
  while (high - low > (high - least) / CLOSE_ENOUGH) {
    const middle = low + (high - low) / 2n
    const nextId = await firstAfter(collection, idOf(middle), call)
    if (nextId === undefined) high = middle
    else low = numberOf(nextId)
  }
  return high
}

async function firstAfter(
  collection: Collection,
  after: string | undefined,
  call: CallOptions,
): Promise<string | undefined> {
  const range = after === undefined ? {} : { after }
  for await (const page of collection.read({ properties: [], vectors: false }, range, call)) {
    checkedLastId(page, after, undefined, collection.name)
    return page[0]!.id
  }
  return undefined
}

function numberOf(id: string): bigint {
  return BigInt(`0x${id.replaceAll('-', '')}`)
}

function idOf(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
