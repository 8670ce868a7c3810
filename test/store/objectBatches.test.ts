import t from 'tap'
import { limitProcess } from '../../lib/core/memory/limits.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { ObjectBatches } from '../../lib/store/objectBatches.ts'

const MIB = 1024 * 1024
const ids = (count: number) => Array.from({ length: count }, (_, n) => `id ${String(n).padStart(5, '0')}`)

/** How many ids each call named, for objects of so many bytes. */
async function callsFor(count: number, bytes: number, pieces = new ObjectBatches()): Promise<number[]> {
  const text = 'x'.repeat(bytes)
  const calls: number[] = []
  const found: string[] = []
  const read = async (some: readonly string[]) => {
    calls.push(some.length)
    return some.map((id): StoredObject => ({ id, properties: { text } }))
  }
  for await (const { ids: asked, objects } of pieces.read(ids(count), read)) {
    t.strictSame(
      objects.map(({ id }) => id),
      asked,
    )
    found.push(...asked)
  }
  t.strictSame(found, ids(count), 'each once, in order')
  return calls
}

t.test('small objects are read 500 at a time', async (t) => {
  t.strictSame(await callsFor(1200, 100), [500, 500, 200])
})

t.test('large ones in pieces of about 16 MiB, once their size is known', async (t) => {
  const pieces = new ObjectBatches()
  await callsFor(1, MIB, pieces)
  const calls = await callsFor(100, MIB, pieces)
  t.ok(Math.max(...calls) <= 16, `${calls}`)
  t.ok(calls.length < 25, `${calls.length} calls`)
})

t.test('under a limit the first is one object, and pieces grow as far as it permits', async (t) => {
  const lift = limitProcess({ scale: 1 / 4, roomBytes: 1e8, passed: () => {} })
  t.teardown(lift)
  t.strictSame((await callsFor(1000, 100)).slice(0, 5), [1, 4, 16, 64, 256])
  const large = await callsFor(20, MIB)
  t.equal(large[0], 1)
  t.ok(Math.max(...large) <= 4, `${large}`)
})

t.test('ids without objects do not stop it', async (t) => {
  const asked: number[] = []
  for await (const { objects } of new ObjectBatches().read(ids(700), async () => []))
    asked.push(objects.length)
  t.strictSame(asked, [0, 0])
})
