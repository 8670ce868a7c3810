// Writes through the alias at each step of the carrying over: whatever comes between two calls of the copy, the last
// acknowledged write of each object is what the copy ends with.
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { runCopy } from '../../../../lib/job/copy/copy.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { THING } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { objectsOf } from '../../restore/restored.ts'
import { somePoints } from '../../runs.ts'
import { TARGETS } from '../../targets.ts'
import { at, FINISH, MANY, type Seen, titled, used, watched } from './used.ts'

/** Times have milliseconds: what must be later is so by one at least. */
const LATER_MS = 2
const idOf = (n: number) => titled(n, '').id
const nothing = async () => {}
/** How far a clock is behind; less than what refuses to carry over. */
const BEHIND_MS = 3000

async function titlesIn(store: Store, name: string) {
  return new Map((await objectsOf(store, name)).map(({ id, properties }) => [id, properties.title]))
}

/** Who writes to the two collections, and what must be in them afterwards. */
class Writer {
  readonly expected = new Map(Array.from({ length: MANY }, (_, n) => [idOf(n), `thing ${n}`]))
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  async put(into: string, n: number, title: string): Promise<void> {
    await wait(LATER_MS)
    const [outcome] = await this.#store.collection(into).write([titled(n, title)])
    if (outcome?.ok !== true) throw new Error(`not written: ${outcome?.reason}`)
    this.expected.set(idOf(n), title)
    await wait(LATER_MS)
  }

  async remove(from: string, n: number): Promise<void> {
    await wait(LATER_MS)
    await this.#store.collection(from).remove([idOf(n)])
    this.expected.delete(idOf(n))
    await wait(LATER_MS)
  }
}

/** What comes through the alias after something has come to the source just before the switch. */
const SECOND: Readonly<Record<string, (writer: Writer, n: number) => Promise<void>>> = {
  'another value': (writer, n) => writer.put('Moved', n, `second ${n}`),
  'the value that the copy had brought': (writer, n) => writer.put('Moved', n, `middle ${n}`),
  'a removal': (writer, n) => writer.remove('Moved', n),
}

/** The object of a batch that is being written, and one that is read for it, are between look and write. */
function isBetween({ collection, call, ids }: Seen, n: number): boolean {
  return collection === 'Moved' && call === 'write' && ids.includes(idOf(n))
}

for (const [name, second] of somePoints(Object.entries(SECOND), 2)) {
  t.test(`${name}, before any call of the copy but the write itself`, async (t) => {
    const { store, state, titles } = await used(t)
    const writer = new Writer(store)
    let [isSwitched, isBusy, isLast] = [false, false, false]
    const open = new Set(Array.from({ length: MANY }, (_, n) => n))
    const before = async (seen: Seen) => {
      if (isBusy) return
      isBusy = true
      // Once the copy compares both sides, what it then brings is known.
      if (!isLast && seen.collection === 'Moved' && seen.call === 'read') {
        isLast = true
        for (const n of open) await writer.put('Thing', n, `middle ${n}`)
      }
      const n = [...open].find((one) => !isBetween(seen, one))
      if (isSwitched && n !== undefined) {
        open.delete(n)
        await second(writer, n)
      }
      isBusy = false
    }
    const busy = watched(store, before, async (move) => {
      for (const n of open) await writer.put('Thing', n, `late ${n}`)
      const moved = await move()
      isSwitched = true
      return moved
    })
    const { report, error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
    t.equal(error, undefined)
    t.match(report, { status: 'done', alias: { switched: true } })
    t.ok(open.size <= MANY - 10, `${MANY - open.size} calls had a write before them`)
    t.strictSame(await titles('Moved'), writer.expected)
  })
}

/** The copy into a server where `Moved` fails or waits once, right before it takes object 1. */
async function disturbed(
  t: Test,
  before: (seen: Seen, writer: Writer) => Promise<void>,
  { isThere = false, late = (writer: Writer) => writer.put('Thing', 1, 'late') } = {},
) {
  const { store, state, titles } = await used(t)
  const writer = new Writer(store)
  if (isThere) await runCopy(at(store, 'Thing'), at(store, 'Moved'), { sync: true }, { state })
  let isSwitched = false
  const busy = watched(
    store,
    async (seen) => {
      if (isSwitched) await before(seen, writer)
    },
    async (move) => {
      await late(writer)
      const moved = await move()
      isSwitched = true
      return moved
    },
  )
  const ended = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
  return { ...ended, expected: writer.expected, found: await titles('Moved'), store, state, busy, writer }
}

t.test('a write that fails is not repeated before another look', async (t) => {
  let isDone = false
  const { error, expected, found, report } = await disturbed(t, async (seen, writer) => {
    if (isDone || !isBetween(seen, 1)) return
    isDone = true
    await writer.put('Moved', 1, 'through the alias')
    throw new ElysiaError('ELYSIA_STORE', 'the store is overloaded', { retryable: true })
  })
  t.ok(isDone)
  t.equal(error, undefined)
  t.strictSame(found, expected)
  t.match(report, { follow: { state: 'finished', carried: 0, newer: 1 } })
})

t.test('a server that takes no write for too long ends it, and the same call goes on', async (t) => {
  const { store, state, titles } = await used(t)
  const writer = new Writer(store)
  let [isSwitched, isIll] = [false, true]
  const ill = watched(
    store,
    async ({ call }) => {
      if (isSwitched && isIll && call === 'write')
        throw new ElysiaError('ELYSIA_STORE', 'the store is overloaded', { retryable: true })
    },
    async (move) => {
      await writer.put('Thing', 1, 'late')
      isSwitched = await move()
      return isSwitched
    },
  )
  const once = () => runCopy(at(ill, 'Thing'), at(ill, 'Moved'), { ...FINISH, retryForMs: 300 }, { state })
  t.match((await once()).error, { message: /overloaded/ })
  isIll = false
  const { report, error } = await once()
  t.equal(error, undefined)
  t.match(report, { status: 'done', follow: { carried: 1 } })
  t.strictSame(await titles('Moved'), writer.expected)
})

t.test('what is saved for an undo leaves no room for a write through the alias', async (t) => {
  let looks = 0
  const { error, expected, found } = await disturbed(
    t,
    async ({ collection, call, ids }, writer) => {
      const isLook = collection === 'Moved' && call === 'readMany' && ids.includes(idOf(1))
      if (isLook && ++looks === 2) await writer.put('Moved', 1, 'through the alias')
    },
    { isThere: true },
  )
  t.ok(looks >= 2, 'it looks again after it has saved the object')
  t.equal(error, undefined)
  t.strictSame(found, expected)
})

t.test('a removal in the source that arrives after the object was carried over', async (t) => {
  let [isCarried, isRemoved] = [false, false]
  const { error, expected, found } = await disturbed(
    t,
    async (seen, writer) => {
      if (isCarried && !isRemoved) {
        isRemoved = true
        await writer.remove('Thing', 900)
      }
      isCarried ||= isBetween(seen, 900)
    },
    { late: (writer) => writer.put('Thing', 900, 'late') },
  )
  t.ok(isRemoved)
  t.equal(error, undefined)
  t.strictSame(found, expected)
})

t.test('a clock of the target that is behind makes no write through the alias an older one', async (t) => {
  const { store, state } = await used(t)
  const other = await TARGETS['a Weaviate server'](t)
  await other.create({ ...THING, class: 'Old' })
  await other.createAlias({ alias: 'Live', collection: 'Old' })
  const there = new Writer(other)
  const behind = (one: StoredObject): StoredObject => ({
    ...one,
    ...(one.createdMs !== undefined && { createdMs: one.createdMs - BEHIND_MS }),
    ...(one.updatedMs !== undefined && { updatedMs: one.updatedMs - BEHIND_MS }),
  })
  const slow = changedStore(
    other,
    (inner) => ({
      async *read(...args) {
        for await (const page of inner.read(...args)) yield page.map(behind)
      },
      readMany: async (...args) => (await inner.readMany(...args)).map(behind),
    }),
    {
      clockDifferenceMs: async () => BEHIND_MS,
      moveAlias: async (alias) => {
        await new Writer(store).put('Thing', 1, 'late')
        await new Writer(store).put('Thing', 2, 'late')
        const moved = await other.moveAlias(alias)
        await there.put('Moved', 1, 'through the alias')
        return moved
      },
    },
  )
  const { error } = await runCopy(at(store, 'Thing'), at(slow, 'Moved'), FINISH, { state })
  t.equal(error, undefined)
  there.expected.set(idOf(2), 'late')
  t.strictSame(await titlesIn(other, 'Moved'), there.expected)
})

t.test('references follow only into what was carried over itself', async (t) => {
  const link = { name: 'next', dataType: ['Thing'] }
  const { store, state } = await used(t, { ...THING, properties: [...THING.properties!, link] })
  const beacons = [`weaviate://localhost/Thing/${idOf(9)}`]
  const writer = new Writer(store)
  let [isSwitched, isCarried, isOverwritten] = [false, false, false]
  const busy = watched(
    store,
    async (seen) => {
      if (isCarried && !isOverwritten) {
        isOverwritten = true
        await writer.put('Moved', 1, 'through the alias')
      }
      isCarried ||= isSwitched && isBetween(seen, 1)
    },
    async (move) => {
      for (const n of [1, 2]) {
        await writer.put('Thing', n, 'late')
        await store.collection('Thing').link([{ id: idOf(n), property: 'next', beacons }])
      }
      isSwitched = await move()
      return isSwitched
    },
  )
  const { error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
  t.equal(error, undefined)
  const whole = { properties: 'all', vectors: false, references: true } as const
  const found = await store.collection('Moved').readMany([idOf(1), idOf(2)], whole)
  const links = new Map(found.map(({ id, properties }) => [id, properties.next]))
  t.notOk(links.get(idOf(1)), 'written through the alias, without a reference')
  t.match(links.get(idOf(2)), [{ beacon: new RegExp(`${idOf(9)}$`) }])
})

t.test('the same command once more leaves what came through the alias', async (t) => {
  const { error, expected, found, store, state, writer } = await disturbed(t, nothing)
  t.equal(error, undefined)
  t.strictSame(found, expected)
  await writer.put('Moved', 2, 'through the alias')
  const again = (options: object) =>
    runCopy(at(store, 'Thing'), at(store, 'Moved'), { ...FINISH, ...options }, { state })
  t.match(await again({}), { report: { status: 'done', written: 0, follow: { state: 'finished' } } })
  const elsewhere = runCopy(at(store, 'Thing'), at(store, 'Moved'), FINISH, {})
  await t.rejects(elsewhere, { code: 'ELYSIA_CONFLICT', message: /Live means Moved already/ })
  const fresh = runCopy(at(store, 'Thing'), at(store, 'Moved'), FINISH, { state, fresh: true })
  await t.rejects(fresh, { code: 'ELYSIA_CONFLICT' })
  t.strictSame(await titlesIn(store, 'Moved'), writer.expected)
})
