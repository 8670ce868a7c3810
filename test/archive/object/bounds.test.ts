// What a reader would refuse of an object is not written.
import { Readable } from 'node:stream'
import t from 'tap'
import type { Content, Format } from '../../../lib/archive/format/format.ts'
import { json } from '../../../lib/archive/format/json.ts'
import { jsonl } from '../../../lib/archive/format/jsonl.ts'
import { parquet } from '../../../lib/archive/format/parquet/format.ts'
import { OBJECT_LINE, requireReadableObject } from '../../../lib/archive/object/bounds.ts'
import type { Json, StoredObject } from '../../../lib/core/object.ts'
import { idOf, THING } from '../../job/backup/archived.ts'
import { some } from '../../runs.ts'

const content: Content = { schema: THING, vectors: 'base64' }

async function roundTrip(format: Format, object: StoredObject, input = content): Promise<StoredObject[]> {
  const pages = Readable.from([[object]])
    .compose(format.encode(input))
    .compose(format.decode(input))
  return ((await pages.toArray()) as StoredObject[][]).flat()
}

const withList = (length: number, value: 1 | object): StoredObject => ({
  id: idOf(1),
  properties: { list: new Array(length).fill(value) },
})

t.test(
  'an object of eight million numbers is read again, and so is one of two million objects',
  async (t) => {
    const cases = [
      [jsonl, 8_100_000, 1],
      [json, 2_100_000, {}],
    ] as const
    for (const [format, length, value] of some(1, cases)) {
      const object = withList(length, value)
      const [read] = await roundTrip(format, object)
      t.equal((read!.properties.list as unknown[]).length, (object.properties.list as unknown[]).length)
    }
  },
)

t.test('an object as deep as a line may be is read again, also in a document', async (t) => {
  const levels = 500 - 2
  const list = JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as Json
  for (const format of [jsonl, json]) {
    const [read] = await roundTrip(format, { id: idOf(1), properties: { list } })
    t.equal(JSON.stringify(read!.properties.list), JSON.stringify(list))
  }
})

/** An object whose line nests so deep: two levels stand above the list. */
function nested(levels: number): StoredObject {
  let list: Json = 1
  for (let level = 2; level < levels; level++) list = level % 2 === 0 ? [list] : { inside: list }
  return { id: idOf(1), properties: { list } }
}

const REFUSED = { code: 'ELYSIA_STORE', message: /^object .* nests deeper than 500 levels$/ }

for (const format of [jsonl, json, parquet])
  t.test(`${format.name}: what nests deeper than a reader takes is not written`, async (t) => {
    const [read] = await roundTrip(format, nested(500))
    t.equal(JSON.stringify(read!.properties), JSON.stringify(nested(500).properties))
    for (const levels of [501, 1000, 100_000]) {
      for (const vectors of ['base64', 'numbers'] as const) {
        await t.rejects(roundTrip(format, nested(levels), { ...content, vectors }), REFUSED, `${levels}`)
      }
    }
  })

t.test(
  'an object with more values than a reader takes is refused by name, in each way of writing',
  async (t) => {
    const object = withList(20_000_002, 1)
    const refusal = {
      code: 'ELYSIA_STORE',
      message: /^object .* could not be read again: its JSON has more than 20,000,000 values$/,
    }
    const ways = [
      [jsonl, content],
      [json, content],
      [jsonl, { ...content, vectors: 'numbers' }],
    ] as const
    for (const [format, input] of some(1, ways))
      await t.rejects(roundTrip(format, object, input), refusal, `${format.name}, ${input.vectors}`)
  },
)

t.test('a line is refused from where it may be longer than a reader takes', async (t) => {
  const line = Buffer.alloc(OBJECT_LINE.bytes, 'x').fill('"', 0, 1)
  requireReadableObject(idOf(1), line.subarray(0, -200))
  t.throws(() => requireReadableObject(idOf(1), line), {
    code: 'ELYSIA_STORE',
    message: /is longer than 256 MiB/,
  })
})
