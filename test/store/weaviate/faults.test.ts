import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import type { Item } from '../../../lib/core/entry.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { Settlement } from '../../../lib/core/outcome.ts'
import { type SinkOptions, sink } from '../../../lib/store/sink/sink.ts'
import type { Collection } from '../../../lib/store/store.ts'
import type { WeaviateOptions } from '../../../lib/store/weaviate/options.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { ALL, drain, idAt, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { type Double, type DoubleOptions, weaviateDouble } from '../../double/double.ts'

interface World {
  readonly double: Double
  readonly kept: Collection
  /** A sink into the collection, run over so many objects in batches of 50. */
  load(count: number, options?: Loading): Promise<Loaded>
}

interface Loading extends SinkOptions {
  /** Called when the first batch is settled. */
  readonly onFirst?: () => void
}

interface Loaded {
  readonly outcomes: Record<string, number>
  readonly waits: string[]
  readonly lines: number[]
}

async function enter(t: Test, input: Partial<WeaviateOptions> = {}, as: DoubleOptions = {}): Promise<World> {
  const double = await weaviateDouble(as)
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http, timeoutMs: 2_000, ...input })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept'))
  const load = async (count: number, { onFirst, ...options }: Loading = {}): Promise<Loaded> => {
    const loaded: Loaded = { outcomes: {}, waits: [], lines: [] }
    const onRetry: SinkOptions['onRetry'] = ({ error }) => void loaded.waits.push(error.message)
    const onSettled = (settlement: Settlement) => {
      if (loaded.lines.length === 0) onFirst?.()
      for (const { name, item } of settlement.outcomes) {
        loaded.outcomes[name] = (loaded.outcomes[name] ?? 0) + 1
        loaded.lines.push(item.line)
      }
    }
    const end = sink(store, 'Kept', { retryForMs: 20_000, retryMinMs: 25, onRetry, onSettled, ...options })
    await pipeline(Readable.from(batches(count), { objectMode: true, highWaterMark: 1 }), end)
    return loaded
  }
  return { double, kept: store.collection('Kept'), load }
}

function* batches(count: number): Generator<Item[]> {
  for (let first = 0; first < count; first += 50) {
    yield Array.from({ length: Math.min(50, count - first) }, (_, n) => put(first + n))
  }
}

function put(n: number): Item {
  const object = objectAt(n)
  return { line: n + 1, end: n + 1, text: '', operation: { kind: 'put', id: object.id, object } }
}

const ids = (objects: readonly { readonly id: string }[]) => objects.map(({ id }) => id).sort()
const expected = (count: number) => ids(objectsUpTo(count))
const onwards = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

/** What a run of 300 objects through a misfortune must come to. */
function complete(t: Test, { double }: World, loaded: Loaded): void {
  t.strictSame(ids(double.objects('Kept')), expected(300), 'every object is there, once')
  const { written = 0, unchanged = 0 } = loaded.outcomes
  t.equal(written + unchanged, 300, 'every record has its outcome')
  t.strictSame(loaded.lines, onwards(300), 'in order')
  t.ok(loaded.waits.length > 0, 'the waits are told')
}

const PASSING: Record<string, Parameters<Double['faults']['inject']>[0]> = {
  'a connection that breaks before the write': { fault: 'reset', when: 'before' },
  'a connection that breaks after the write': { fault: 'reset', when: 'after' },
  'a connection that breaks half way through the write': { fault: 'reset', when: 'after', objects: 20 },
  'a server that is UNAVAILABLE': { fault: 'status', code: 'UNAVAILABLE', text: 'not now' },
  'a server short of memory': { fault: 'memory' },
  'a server that is read-only for a while': { fault: 'readOnly' },
  'a server that has too many requests': { fault: 'tooMany' },
  'a server that refuses some objects for a while': {
    fault: 'perObject',
    text: 'leader not found',
    share: 0.3,
  },
}

for (const [name, fault] of Object.entries(PASSING)) {
  t.test(`${name}: the run waits and ends complete`, async (t) => {
    const world = await enter(t)
    world.double.faults.inject({ ...fault, on: 'BatchObjects', skip: 1, count: 2 })
    complete(t, world, await world.load(300))
  })
}

t.test('an ingest waits before it repeats what a broken connection may still bring', async (t) => {
  const { double, load } = await enter(t)
  const waitsMs: number[] = []
  double.faults.inject({ fault: 'reset', when: 'after', on: 'BatchObjects', count: 1 })
  const { outcomes } = await load(50, { onRetry: ({ waitMs }) => void waitsMs.push(waitMs) })
  t.strictSame(outcomes, { written: 50 })
  t.ok(waitsMs.length > 0 && waitsMs.every((waitMs) => waitMs >= 25), `${waitsMs} ms`)
})

t.test('a server that never answers: the call is given up in time, and repeated', async (t) => {
  const world = await enter(t, { timeoutMs: 2000 })
  world.double.faults.inject({ fault: 'hang', on: 'BatchObjects', count: 1 })
  const loaded = await world.load(300)
  complete(t, world, loaded)
  t.match(loaded.waits[0], /no answer within 2 s/)
})

t.test('a server that goes and comes back: the run goes on where it stood', async (t) => {
  const world = await enter(t)
  let back: Promise<void> | undefined
  const onFirst = () => {
    back = world.double.faults.gone(600)
  }
  const loaded = await world.load(300, { onFirst })
  complete(t, world, loaded)
  await back
  t.ok(
    loaded.waits.some((message) => /ECONNREFUSED/.test(message)),
    'the absence is told',
  )
})

t.test('a server that stays away ends the run, and says what to do', async (t) => {
  const world = await enter(t)
  await world.double.faults.refuse()
  await t.rejects(world.load(100, { retryForMs: 300 }), {
    code: 'ELYSIA_UNREACHABLE',
    message: /ECONNREFUSED/,
    hint: /run the same command/,
  })
})

t.test('an object that the server refuses is one reject; its neighbors are written', async (t) => {
  const world = await enter(t)
  const text = 'invalid text property'
  world.double.faults.inject({ fault: 'perObject', text, ids: [idAt(7)], on: 'BatchObjects' })
  const { outcomes, waits } = await world.load(100)
  t.strictSame(outcomes, { written: 99, rejected: 1 })
  t.strictSame(waits, [], 'nothing was repeated')
  t.equal(world.double.objects('Kept').length, 99)
})

t.test('a text that cannot be UTF-8 refuses its object alone', async (t) => {
  const { kept, double } = await enter(t)
  const bad = objectAt(1, { title: 'half \ud83d' })
  const outcomes = await kept.write([objectAt(0), bad, objectAt(2)])
  t.match(outcomes, [{ ok: true }, { ok: false, reason: /surrogate/ }, { ok: true }])
  t.equal(double.objects('Kept').length, 2)
})

t.test('a message that proves too long goes in halves; one object alone that is, is refused', async (t) => {
  const { kept, double } = await enter(t)
  const huge = objectAt(64, { body: 'x'.repeat(9_000) })
  double.faults.inject({ fault: 'tooLarge', bytes: 4_000 })
  const outcomes = await kept.write([...objectsUpTo(64), huge])
  t.match(outcomes.at(-1), { ok: false, reason: /larger than max/ })
  t.ok(outcomes.slice(0, 64).every(({ ok }) => ok))
  t.strictSame(ids(double.objects('Kept')), expected(64))
})

t.test('an answer that would be too long is asked for in halves', async (t) => {
  const { kept } = await enter(t, {}, { maxMessageBytes: 20_000 })
  const objects: StoredObject[] = Array.from({ length: 40 }, (_, n) =>
    objectAt(n, { body: 'y'.repeat(2_000) }),
  )
  t.ok((await kept.write(objects)).every(({ ok }) => ok))
  t.strictSame(ids(await drain(kept.read(ALL))), expected(40), 'by pages')
  t.strictSame(ids(await kept.readMany(ids(objects), ALL)), expected(40), 'by ids')
})

const FORBIDDEN = "authorization, forbidden action: user 'x' has insufficient permissions to update"

t.test('a right that the key lacks ends the call as refused, and is not repeated', async (t) => {
  const { kept, double, load } = await enter(t)
  const refused = { code: 'ELYSIA_REFUSED', retryable: false, message: /insufficient permissions/ }
  const faults = [
    { fault: 'status', code: 'PERMISSION_DENIED', text: FORBIDDEN, http: 403 },
    { fault: 'perObject', text: FORBIDDEN },
  ] as const
  await kept.write([objectAt(1)])
  for (const fault of faults) {
    const heal = double.faults.inject(fault)
    await t.rejects(kept.write([objectAt(1)]), refused)
    await t.rejects(kept.remove([idAt(1)]), refused)
    await t.rejects(load(10, { skipUnchanged: false }), refused)
    t.equal(heal(), 3, 'each call was made once')
  }
})
