import type { StoredObject } from '../../core/object.ts'
import type { CallOptions, Projection, Range } from '../store.ts'
import type { Context } from './context.ts'
import { readCopy } from './read.ts'
import { readManyOfCopy } from './readById.ts'
import { restMany } from './rest/read.ts'
import type { Layout } from './schema/layout.ts'

/** What another replica is asked for: little. */
const TIMES: Projection = { properties: [], vectors: false, times: true }
/** How many ids of it are held at once; few at first, since many readers want only the first object. */
const [FIRST_IDS, MOST_IDS, GROWTH] = [50, 8192, 4]
/** With up to so many replicas, two of them cannot both have missed a write that a quorum acknowledged. */
const COPIES_TOLD_BY_TWO = 3

/** Update times by id. */
type Times = ReadonlyMap<string, number | undefined>

/**
 * Objects after an id, as `readCopy`; in a class with several replicas the newest version of each. One replica answers
 * a search, at any consistency level: if it missed writes, it returns old objects, and lacks some (seen on 1.40, which
 * repairs what it compares, but returns the old version nevertheless). So the ids and times of another replica are read
 * first, some thousand at a time, and what differs is read again by REST, from a quorum of the replicas.
 */
export async function* readNewest(
  context: Context,
  projection: Projection,
  range: Range,
  call: CallOptions,
): AsyncGenerator<StoredObject[]> {
  const layout = await context.classes.layout(context.name, call)
  if (!layout.replicated) return yield* readCopy(context, projection, range, call)
  const { looking, reading } = contextsFor(context, layout)
  const wanted = { ...projection, times: true }
  let after = range.after?.toLowerCase()
  for await (const times of timesIn(looking, range, call)) {
    if (times.size === 0 && after !== undefined && after === range.upTo?.toLowerCase()) return
    const upTo = lastOf(times) ?? range.upTo
    const part = { ...(after !== undefined && { after }), ...(upTo !== undefined && { upTo }) }
    const unseen = new Set(times.keys())
    for await (const objects of readCopy(reading, wanted, part, call)) {
      const ids = takenUpTo(unseen, objects.at(-1)!.id)
      yield* pageOf(await newestOf({ context, layout, projection, call }, objects, ids, times))
    }
    yield* pageOf(await newestOf({ context, layout, projection, call }, [], [...unseen], times))
    after = upTo
  }
}

/** The existing objects with those ids, the newest version of each; as `readManyOfCopy`. */
export async function readMany(
  context: Context,
  ids: readonly string[],
  projection: Projection,
  call: CallOptions,
): Promise<StoredObject[]> {
  const layout = await context.classes.layout(context.name, call)
  // References are read by REST, from a quorum of the replicas.
  const isNewest = projection.references === true && layout.references.size > 0
  if (!layout.replicated || isNewest || ids.length === 0)
    return readManyOfCopy(context, ids, projection, call)
  const { looking, reading } = contextsFor(context, layout)
  const { provesAbsence = false, ...own } = call
  const seen = await readManyOfCopy(looking, ids, TIMES, own)
  const times = new Map(seen.map(({ id, updatedMs }) => [id, updatedMs]))
  const objects = await readManyOfCopy(reading, ids, { ...projection, times: true }, own)
  const others = provesAbsence ? ids.map((id) => id.toLowerCase()) : [...times.keys()]
  return newestOf({ context, layout, projection, call }, objects, others, times)
}

/**
 * Two contexts that ask different nodes, if the target names several; with many replicas the same one, once it is
 * repaired.
 */
function contextsFor(context: Context, { copies }: Layout): { looking: Context; reading: Context } {
  const node = context.cluster.nextNode()
  const reading = copies <= COPIES_TOLD_BY_TWO ? { last: node } : { first: node }
  return { looking: { ...context, nodes: { first: node } }, reading: { ...context, nodes: reading } }
}

/** The ids and times of a range, in order, some at a time; empty at its end. */
async function* timesIn(context: Context, range: Range, call: CallOptions): AsyncGenerator<Times> {
  let times = new Map<string, number | undefined>()
  let most = FIRST_IDS
  for await (const objects of readCopy(context, TIMES, range, call)) {
    for (const { id, updatedMs } of objects) times.set(id, updatedMs)
    if (times.size < most) continue
    yield times
    times = new Map()
    most = Math.min(most * GROWTH, MOST_IDS)
  }
  if (times.size > 0) yield times
  yield new Map()
}

function lastOf(times: Times): string | undefined {
  return [...times.keys()].at(-1)
}

/** Removes and returns the first of these ids, in order, up to one. */
function takenUpTo(ids: Set<string>, last: string): string[] {
  const taken: string[] = []
  for (const id of ids) {
    if (id > last) break
    ids.delete(id)
    taken.push(id)
  }
  return taken
}

interface ReadRequest {
  readonly context: Context
  readonly layout: Layout
  readonly projection: Projection
  readonly call: CallOptions
}

/**
 * Objects of one replica and ids of another → the newest version of each, in order of id: what differs is read from a
 * quorum.
 */
async function newestOf(
  { context, layout, projection, call }: ReadRequest,
  objects: readonly StoredObject[],
  ids: readonly string[],
  times: Times,
): Promise<StoredObject[]> {
  const unchanged = objects.filter(({ id, updatedMs }) => times.has(id) && times.get(id) === updatedMs)
  const own = projection.times === true ? unchanged : unchanged.map(withoutTimes)
  const unchangedIds = new Set(unchanged.map(({ id }) => id))
  const differing = new Set([...ids, ...objects.map(({ id }) => id)].filter((id) => !unchangedIds.has(id)))
  if (differing.size === 0) return own
  const tenant = await context.classes.tenantOf(layout, call)
  const read = await restMany({ context, layout, tenant, projection, call }, [...differing])
  return [...own, ...read].sort(({ id: one }, { id: other }) => (one < other ? -1 : one > other ? 1 : 0))
}

function withoutTimes({ createdMs: _, updatedMs: __, ...object }: StoredObject): StoredObject {
  return object
}

function* pageOf(objects: StoredObject[]): Generator<StoredObject[]> {
  if (objects.length > 0) yield objects
}
