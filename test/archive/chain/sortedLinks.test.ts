import t from 'tap'
import { type RemovedId, sortedLinks } from '../../../lib/archive/chain/sortedLinks.ts'
import { limitProcess } from '../../../lib/core/memory/limits.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'

const SCHEMA: CollectionSchema = { class: 'Doc', properties: [{ name: 'body', dataType: ['text'] }] }
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const objectOf = (n: number, body: string): StoredObject => ({
  id: idOf(n),
  properties: { body },
  vector: Float32Array.of(n, 0.5),
  updatedMs: n,
})

async function read(links: Iterable<AsyncIterable<readonly (StoredObject | RemovedId)[]>>) {
  const pages: (readonly (StoredObject | RemovedId)[])[] = []
  for await (const page of sortedLinks(links, SCHEMA, new AbortController().signal)) pages.push(page)
  return pages
}

t.test('for each id the newest link counts, in order of id', async (t) => {
  const link = async function* (...page: (StoredObject | RemovedId)[]) {
    yield page
  }
  const pages = await read([
    link(objectOf(1, 'old'), objectOf(2, 'old'), objectOf(4, 'old')),
    link({ id: idOf(1) }, { id: idOf(2) }),
    link(objectOf(2, 'new'), objectOf(3, 'new')),
  ])
  t.same(pages, [[{ id: idOf(1) }, objectOf(2, 'new'), objectOf(3, 'new'), objectOf(4, 'old')]])
})

t.test('any number of links is open one at a time', async (t) => {
  let [open, most] = [0, 0]
  async function* link(n: number) {
    most = Math.max(most, ++open)
    try {
      yield [objectOf(n % 7, `link ${n}`)]
    } finally {
      open -= 1
    }
  }
  function* links() {
    for (let n = 0; n < 300; n++) yield link(n)
  }
  const [page] = await read(links())
  t.equal(most, 1)
  t.equal(page?.length, 7)
  t.same(page?.[0], objectOf(0, 'link 294'))
})

t.test('pages are bounded by bytes, and smaller under a limit', async (t) => {
  async function* large() {
    for (let n = 0; n < 8; n++) yield [objectOf(n, 'x'.repeat(1024 * 1024))]
  }
  t.strictSame(
    (await read([large()])).map(({ length }) => length),
    [4, 4],
  )
  t.teardown(limitProcess({ scale: 1 / 4, roomBytes: 1e8, passed: () => {} }))
  t.equal((await read([large()])).length, 8)
})

t.test('an abort ends the sorting at the next page, and closes the link that is read', async (t) => {
  const abort = new AbortController()
  let [read, closed] = [0, 0]
  async function* link() {
    try {
      for (let n = 0; n < 10; n++) {
        read += 1
        if (read === 3) abort.abort()
        yield [objectOf(n, 'x')]
      }
    } finally {
      closed += 1
    }
  }
  await t.rejects(sortedLinks([link(), link()], SCHEMA, abort.signal).next(), { name: 'AbortError' })
  t.strictSame([read, closed], [3, 1])
})
