import t from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { selectedSource } from '../../../lib/job/selection/source.ts'
import { storeObjects } from '../../../lib/store/objects.ts'
import { THING, thing, things } from '../backup/archived.ts'

t.test('of a source only what a condition chooses, or the ids that are named, is given', async (t) => {
  const store = await things(30)
  const projection = { properties: 'all', vectors: false } as const
  const source = storeObjects(store.collection('Thing'), THING, { projection })
  const ids = async (options: Parameters<typeof selectedSource>[1]) => {
    const found: string[] = []
    const pages: AsyncIterable<readonly StoredObject[]> = (await selectedSource(source, options)).pages({})
    for await (const page of pages) found.push(...page.map(({ id }) => id))
    return found
  }
  t.equal((await ids({})).length, 30)
  t.strictSame(await ids({ filter: 'count = 7' }), [thing(7, 30).id])
  t.strictSame(await ids({ objects: `${thing(3, 30).id},${thing(7, 30).id}`, filter: 'count > 5' }), [
    thing(7, 30).id,
  ])
  await t.rejects(ids({ filter: 'colour = 1' }), { code: 'ELYSIA_USAGE' })
})
