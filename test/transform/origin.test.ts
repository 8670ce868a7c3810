import t from 'tap'
import type { StoredObject } from '../../lib/core/object.ts'
import { Origins, originsIn } from '../../lib/transform/origin.ts'

const object = (n: number, tenant?: string): StoredObject => ({
  id: `00000000-0000-4000-8000-00000000000${n}`,
  properties: { n },
  ...(tenant !== undefined && { tenant }),
})

t.test('what came in is found again by its id and tenant, over several steps', async (t) => {
  const page = [object(1), object(2, 'a'), object(2, 'b')]
  const first = page.map((one) => ({ ...one, properties: { m: 1 } }))
  const second = first.slice(1).map((one) => ({ ...one, properties: {} }))
  const origins = new Origins()
  origins.note(page, first)
  origins.note(first, second)
  t.equal(origins.of(first[0]!), page[0])
  t.equal(origins.of(second[0]!), page[1])
  t.equal(origins.of(second[1]!), page[2])
})

t.test('what was added, or has come as it is, is its own origin', async (t) => {
  const page = [object(1)]
  const added = object(5)
  t.equal(originsIn(page)(added), added)
  const origins = new Origins()
  origins.note(page, [page[0]!, added])
  t.equal(origins.of(page[0]!), page[0])
  t.equal(origins.of(added), added)
})
