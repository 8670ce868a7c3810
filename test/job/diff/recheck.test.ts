// A side that is written to while it is compared: what differs is looked at again before it counts.
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import { storeSide } from '../../../lib/job/diff/side/store.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../lib/store/store.ts'
import { idOf, thing } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { compared, fastClock, filled } from './compared.ts'

const memory = async () => openMemory()
const all = Array.from({ length: 10 }, (_, n) => thing(n))
const titled = (n: number, title: string): StoredObject => {
  const object = thing(n)
  return { ...object, properties: { ...object.properties, title } }
}

async function sidesOf(t: Test, left = all, right = all) {
  const [one, other] = [await filled(memory, t, left), await filled(memory, t, right)]
  return { one, other, ofOne: one.collection('Thing'), ofOther: other.collection('Thing') }
}

const sides = async (one: Store, other: Store) =>
  [await storeSide(one, 'Thing'), await storeSide(other, 'Thing')] as const

t.test('what has become equal, or is gone from both sides, is no difference', async (t) => {
  const { one, other, ofOne, ofOther } = await sidesOf(t, all, [...all.slice(2), titled(1, 'new')])
  let waits = 0
  const clock = fastClock(async () => {
    waits += 1
    await ofOther.write([thing(1)])
    await ofOne.remove([idOf(0)])
  })
  const { lines, report } = await compared(...(await sides(one, other)), {}, { clock })
  t.strictSame(lines, [])
  t.match(report, { is_equal: true, compared: 10, equal: 9, gone: 1 })
  t.equal(waits, 1)
  const listed = await compared(...(await sides(one, other)), { all: true }, { clock })
  t.equal(listed.lines.length, 9)
})

t.test('what stays as it was is a difference after one more look, two seconds later', async (t) => {
  const { one, other } = await sidesOf(t, all, [titled(0, 'new'), ...all.slice(2), thing(11)])
  const waited: number[] = []
  const clock = fastClock((ms) => void waited.push(ms))
  const { lines, report } = await compared(...(await sides(one, other)), {}, { clock })
  t.strictSame(lines, [`* ${idOf(0)} title`, `+ ${idOf(1)}`, `- ${idOf(11)}`])
  t.match(report, { different: 1, only_left: 1, only_right: 1, changing: 0, equal: 8 })
  t.strictSame(waited, [2000])
})

t.test('what is another one at each of three looks keeps changing, and is counted so', async (t) => {
  const { one, other, ofOther } = await sidesOf(t, all, all.slice(1))
  let looks = 0
  const clock = fastClock(async () => {
    looks += 1
    await ofOther.write([titled(0, `version ${looks}`)])
    if (looks === 2) await ofOther.remove([idOf(5)])
  })
  await ofOther.write([titled(5, 'other')])
  const { lines, report } = await compared(...(await sides(one, other)), {}, { clock })
  t.strictSame(lines, [`! ${idOf(0)}`, `* ${idOf(5)} title`])
  t.match(report, { is_equal: false, changing: 1, different: 1, equal: 8 })
  t.equal(looks, 3)
})

t.test('a difference that changes once more is told as it is then', async (t) => {
  const { one, other, ofOther } = await sidesOf(t, all, [titled(0, 'new'), ...all.slice(1)])
  let looks = 0
  const clock = fastClock(async () => {
    looks += 1
    if (looks === 1) await ofOther.remove([idOf(0)])
  })
  const { lines, report } = await compared(...(await sides(one, other)), {}, { clock })
  t.strictSame(lines, [`+ ${idOf(0)}`])
  t.match(report, { only_left: 1, different: 0, changing: 0 })
  t.equal(looks, 2)
})

/** A store that is written to as it is read: after some pages the changes of the next step are made. */
function writtenWhileRead(store: Store, steps: (() => Promise<unknown>)[]): Store {
  return changedStore(
    store,
    (inner): Partial<Collection> => ({
      read: (what, range, call) =>
        Readable.from(
          (async function* () {
            for await (const page of inner.read(what, range, call)) {
              for (const object of page) {
                yield [object]
                await steps.shift()?.()
              }
            }
          })(),
        ),
    }),
  )
}

const change = fc.record({
  n: fc.integer({ min: 0, max: 9 }),
  title: fc.constantFrom('a', 'b', undefined),
})

t.test('writers that change both sides alike meanwhile leave no difference, whatever they do', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
      const { one, other, ofOne, ofOther } = await sidesOf(t)
      const on = (collection: Collection) => async (at: number) => {
        const { n, title } = changes[at]!
        if (title === undefined) await collection.remove([idOf(n)])
        else await collection.write([titled(n, title)])
      }
      // The right side is changed later than the left one, and is done by the time of the second look.
      const late = changes.map((_, at) => () => on(ofOne)(at))
      const left = writtenWhileRead(one, late)
      let isDone = false
      const clock = fastClock(async () => {
        if (isDone) return
        isDone = true
        while (late.length > 0) await late.shift()!()
        for (const at of changes.keys()) await on(ofOther)(at)
      })
      const { lines, report } = await compared(...(await sides(left, other)), {}, { clock })
      // Where nothing seemed to differ, nobody looked again, and the right side was not changed.
      if (isDone) t.strictSame(lines, [])
      t.equal(report.compared, report.equal + report.gone)
    }),
    { numRuns: 100 },
  )
})
