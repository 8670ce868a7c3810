import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Operation } from '../../../lib/core/operation.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { itemBytes } from '../../../lib/job/ingest/stages.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'

const MIB = 1024 * 1024

function put(content: string): Operation {
  return { kind: 'put', id: 'id', object: { id: 'id', properties: { content } } }
}

t.test(
  'a batch counts what its records hold in memory: line and content, two bytes where they are wide',
  (t) => {
    const at = { line: 1, end: 1 }
    const plain = 'x'.repeat(20_000)
    t.equal(itemBytes({ ...at, text: plain }), 20_000)
    t.equal(itemBytes({ ...at, text: plain, operation: put(plain) }), 40_000)
    t.equal(itemBytes({ ...at, text: plain, operation: put(plain), heldBytes: 15_000 }), 35_000)
    t.equal(itemBytes({ ...at, text: `${plain}→`, operation: put(`${plain}→`) }), 80_004)
    t.equal(itemBytes({ ...at, text: `${plain}é`, operation: put(`${plain}é`) }), 40_002)
    t.end()
  },
)

t.test('while a store is busy only some MB of large records are read ahead', async (t) => {
  const base = openMemory()
  const busy = new AbortController()
  const store = new Proxy(base, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name === 'collection')
        return (of: string) => ({ ...boundTo(base.collection(of)), write: () => forever(busy.signal) })
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  let read = 0
  function* input() {
    for (let index = 0; index < 200; index++) {
      const record = { repo: 'r', op: 'add', path: `p${index}`, content: 'x'.repeat(MIB) }
      const line = Buffer.from(`${JSON.stringify(record)}\n`)
      read += line.length
      yield line
    }
  }
  const run = ingest(Readable.from(input()), store, { collection: 'c' }, { signal: busy.signal })
  run.catch(() => undefined)
  for (let before = -1; before !== read; ) {
    before = read
    await setTimeout(100)
  }
  t.ok(read > 0 && read < 24 * MIB, `${Math.round(read / MIB)} MiB of 200 MiB`)
  busy.abort()
  await t.rejects(run)
})

function boundTo(collection: ReturnType<ReturnType<typeof openMemory>['collection']>) {
  return {
    name: collection.name,
    read: collection.read.bind(collection),
    readMany: collection.readMany.bind(collection),
    remove: collection.remove.bind(collection),
    count: collection.count.bind(collection),
  }
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
}
