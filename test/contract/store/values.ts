import type { Test } from 'tap'
import type { Json } from '../../../lib/object.ts'
import { idAt, type Open, one, plain, storeTest } from './world.ts'

const VALUES: readonly (readonly [property: string, title: string, value: Json])[] = [
  ['body', 'a NUL', 'before\u0000after'],
  ['body', 'an emoji, combining marks and right-to-left text', '🦑 é e\u0301 שלום'],
  ['body', 'line ends, quotes and control characters', '\r\n\t"\\\u0001\u2028\u007f'],
  ['body', 'a byte order mark', '\ufeffstart'],
  ['body', 'a text of a million characters', 'lorem ipsum '.repeat(90_000)],
  ['body', 'the empty text', ''],
  ['body', 'a text that looks like JSON', '{"a":[1,2]}'],
  ['body', 'a text that looks like a number', '0123'],
  ['size', 'zero', 0],
  ['size', 'a negative int', -42],
  ['size', 'the largest exact int', Number.MAX_SAFE_INTEGER],
  ['ratio', 'a fraction', 0.1],
  ['ratio', 'a whole number', 3],
  ['ratio', 'a very large number', 1.7976931348623157e308],
  ['ratio', 'a very small number', 5e-324],
  ['draft', 'true', true],
  ['draft', 'false', false],
  ['tags', 'texts in their order', ['z', 'a', '', 'a', '🦑']],
  ['tags', 'one text', ['alone']],
  ['changed', 'a date with nanoseconds and an offset', '2024-05-06T07:08:09.123456789+02:00'],
  ['changed', 'a date in UTC', '1999-12-31T23:59:59Z'],
]

/** Values come back as they were written. */
export async function valueTests(t: Test, open: Open): Promise<void> {
  await storeTest(t, open, 'values come back as they were written', async (t, { make }) => {
    const collection = await make('Values')
    const objects = VALUES.map(([property, , value], n) => ({
      id: idAt(n),
      properties: { [property]: value },
    }))
    const outcomes = await collection.write(objects)
    for (const [n, [property, title]] of VALUES.entries()) {
      t.equal(outcomes[n]?.reason, undefined, `${title} is accepted`)
      const read = await one(collection, idAt(n), { properties: [property], vectors: false })
      t.strictSame(plain(read), plain(objects[n]), title)
    }
  })

  await storeTest(t, open, 'an object without any property is an object', async (t, { make }) => {
    const collection = await make('Bare')
    t.match(await collection.write([{ id: idAt(1), properties: {} }]), [{ ok: true }])
    t.same(plain(await one(collection, idAt(1))), { id: idAt(1), properties: {} })
  })
}
