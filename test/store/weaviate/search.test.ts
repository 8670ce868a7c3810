import t from 'tap'
import { retrying } from '../../../lib/async/retry.ts'
import type { StoreCondition } from '../../../lib/store/condition.ts'
import { objectsWhere } from '../../../lib/store/objectsWhere.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { filterTests } from '../../contract/store/filters.ts'
import { IDS, idAt } from '../../contract/store/world.ts'
import { weaviateDouble } from '../../double/double.ts'

const SMALL: readonly StoreCondition[] = [
  { property: 'size', operator: '<', values: [{ type: 'int', value: 50 }] },
]

async function double(t: Parameters<typeof filterTests>[0], version?: string) {
  const made = await weaviateDouble(version === undefined ? {} : { version })
  t.teardown(made.stop)
  return made
}

await filterTests(t, async (t) => {
  const { http, grpc } = await double(t, '1.27.0')
  const store = await openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
  return { store, prefix: 'T' }
})

/** A hundred objects, written in another order than that of their ids. */
async function filled(t: Parameters<typeof filterTests>[0]) {
  const server = await double(t)
  const node = { http: server.http, grpc: server.grpc, grpcSecure: false }
  const store = await openWeaviate({ nodes: [node], target: server.http, pageSize: 7 })
  t.teardown(() => store.close())
  await store.create({
    class: 'Sized',
    vectorizer: 'none',
    properties: [{ name: 'size', dataType: ['int'] }],
  })
  const collection = store.collection('Sized')
  await collection.write(Array.from({ length: 100 }, (_, n) => ({ id: idAt(n), properties: { size: n } })))
  const wanted = Array.from({ length: 50 }, (_, n) => idAt(n)).sort()
  return { server, collection, wanted }
}

t.test(
  'pages of ids follow one another, though a server sorts what it took of a single condition',
  async (t) => {
    const { collection, wanted } = await filled(t)
    const ids: string[] = []
    for await (const page of collection.idsWhere!(SMALL)) {
      t.ok(page.length <= 7)
      ids.push(...page)
    }
    t.strictSame(ids, wanted)
  },
)

t.test('a search that fails for a while goes on behind the last id', async (t) => {
  const { server, collection, wanted } = await filled(t)
  const ids: string[] = []
  const options = { projection: IDS, retry: retrying({ forMs: 10_000, minMs: 1 }) }
  const pages: AsyncIterable<{ id: string }[]> = objectsWhere(collection, SMALL, {}, options)
  for await (const page of pages) {
    ids.push(...page.map(({ id }) => id))
    server.faults.inject({ fault: 'memory', on: 'Search', count: 1 })
  }
  t.strictSame(ids, wanted)
})
