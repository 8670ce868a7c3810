import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { Reject } from '../../../lib/core/reject.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { sink } from '../../../lib/store/sink/sink.ts'
import { entry, SCHEMA } from './model.ts'

const at = { line: 2, end: 20, text: '{}' }
const good = entry({ op: 'put', id: 1, value: 1 }, 1)

/** What a sink has settled and stored of these chunks, and how it ended. */
async function fed(...chunks: readonly unknown[]) {
  const store = openMemory()
  await store.create(SCHEMA)
  const outcomes: string[] = []
  const end = sink(store, 'Model', {
    onSettled: (settlement) => void outcomes.push(...settlement.outcomes.map(({ name }) => name)),
  })
  const error = await pipeline(Readable.from(chunks), end).then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  let stored = 0
  for await (const page of store.collection('Model').read({ properties: 'all', vectors: false }))
    stored += page.length
  return { error, outcomes, stored }
}

t.test('a chunk that is no batch is refused by what it is, and nothing of it is counted', async (t) => {
  const strange: readonly [unknown, RegExp][] = [
    [Buffer.from('{}\n'), /takes arrays of items, and got 3 bytes$/],
    ['{}', /got a string$/],
    [good, /got an object with line, end, text, operation$/],
    [
      [at],
      /got an object with line, end, text as item 1 of a batch of 1, which is not an operation, changeset or/,
    ],
    [[{ ...at, value: {} }], /an object with line, end, text, value as item 1/],
    [[{ ...at, record: {} }], /an object with line, end, text, record as item 1/],
    [[good, { ...at, operation: { kind: 'erase' } }], /operation as item 2 of a batch of 2/],
    [[good, { id: 'a', properties: {} }], /an object with id, properties as item 2/],
    [[good, { changeset: { repo: 'r', commit: 'c' } }], /an object with changeset as item 2/],
    [[good, [good]], /an array as item 2/],
    [[good, null], /null as item 2/],
    [[good, undefined], /undefined as item 2/],
    [[good, 7], /a number as item 2/],
    [[{ '\u001b[2J': 1 }], /got an object as item 1/],
  ]
  for (const [chunk, message] of strange) {
    const { error, outcomes, stored } = await fed(chunk)
    t.match(error, { code: 'ELYSIA_USAGE', message, hint: /batch\(\)/ })
    t.strictSame(outcomes, [])
    t.equal(stored, 0, 'nothing of the batch is written')
  }
})

t.test('operations, changesets and rejects are taken, and so is a batch of none', async (t) => {
  const changeset = { ...at, changeset: { repo: 'r', commit: 'c' } }
  const reject = new Reject({ line: 3, end: 30, text: 'x' }, 'not_json', 'not JSON')
  t.strictSame(await fed([good, changeset, reject], []), {
    error: undefined,
    outcomes: ['written', 'control', 'rejected'],
    stored: 1,
  })
})
