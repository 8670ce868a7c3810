import t from 'tap'
import { TARGETS } from '../job/targets.ts'

const ID = '10000000-0000-4000-8000-000000000000'

for (const [name, open] of Object.entries(TARGETS).filter(([name]) => !/weaviate/i.test(name))) {
  t.test(`${name}: a bound that is no lower-case UUID is refused, since it would hide objects`, async (t) => {
    const store = await open(t)
    await store.create({ class: 'Thing', vectorizer: 'none' })
    const collection = store.collection('Thing')
    await collection.write([{ id: ID, properties: {} }])
    const read = async (range: { after?: string; upTo?: string }) => {
      let objects = 0
      for await (const page of collection.read({ properties: [], vectors: false }, range))
        objects += page.length
      return objects
    }
    t.equal(await read({ upTo: ID }), 1)
    t.equal(await read({ after: ID }), 0)
    for (const wrong of ['A0000000-0000-4000-8000-000000000000', 'zz', '', `${ID}0`]) {
      await t.rejects(read({ after: wrong }), { code: 'ELYSIA_USAGE', message: /UUID/ }, `after ${wrong}`)
      await t.rejects(read({ upTo: wrong }), { code: 'ELYSIA_USAGE' }, `upTo ${wrong}`)
    }
  })
}
