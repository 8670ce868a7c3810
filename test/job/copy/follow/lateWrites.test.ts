// What the source gets around the switch of an alias is carried over, and what came through the alias stays.
import t from 'tap'
import { runCopy } from '../../../../lib/job/copy/copy.ts'
import type { CopyOptionsInput } from '../../../../lib/job/copy/options.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { thing } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { type Around, at, FINISH, MANY, titled, used } from './used.ts'

/** The store, where `around` happens in the place of the switch. */
function switching(store: Store, around: Around): Store {
  return changedStore(store, () => ({}), {
    moveAlias: (alias) => around(() => store.moveAlias(alias)),
  })
}

t.test('writes between the last pass and the switch are not lost, and those after it win', async (t) => {
  const { store, state, titles } = await used(t)
  const busy = switching(store, async (move) => {
    const old = store.collection('Thing')
    await old.write([thing(900), titled(1, 'late'), titled(2, 'late'), titled(3, 'late')])
    await old.remove([thing(0, MANY).id])
    const moved = await move()
    const now = store.collection('Moved')
    await now.write([titled(2, 'through the alias'), titled(4, 'through the alias'), thing(901)])
    await now.remove([thing(3, MANY).id, thing(5, MANY).id])
    return moved
  })
  const { report, error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
  t.equal(error, undefined)
  t.match(report, {
    status: 'done',
    alias: { name: 'Live', before: 'Thing', switched: true },
    follow: { state: 'finished', carried: 3 },
  })
  const after = await titles('Moved')
  t.equal(after.get(thing(1, MANY).id), 'late', 'written before the switch')
  t.ok(after.has(thing(900).id), 'made before the switch')
  t.notOk(after.has(thing(0, MANY).id), 'removed before the switch')
  t.equal(after.get(thing(2, MANY).id), 'through the alias', 'written before and after')
  t.notOk(after.has(thing(3, MANY).id), 'written before, removed after')
  t.equal(after.get(thing(4, MANY).id), 'through the alias')
  t.notOk(after.has(thing(5, MANY).id))
  t.ok(after.has(thing(901).id))
  t.equal(after.size, MANY + 2 - 3)
})

t.test('a writer who never pauses keeps no copy from being finished', async (t) => {
  const { store, state, titles } = await used(t)
  let [through, n, isOpen] = ['Thing', 0, true]
  const busy = switching(store, async (move) => {
    const moved = await move()
    through = 'Moved'
    return moved
  })
  const last = new Map<string, string>()
  const writing = (async () => {
    while (isOpen) {
      const one = titled(n % MANY, `write ${n++}`)
      await store.collection(through).write([one])
      last.set(one.id, one.properties.title)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const { report, error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
  isOpen = false
  await writing
  t.equal(error, undefined)
  t.match(report, { status: 'done', alias: { switched: true } })
  const after = await titles('Moved')
  for (const [id, title] of last) t.equal(after.get(id), title, id)
})

t.test('who goes on writing to the source itself is named, and the same call goes on', async (t) => {
  const { store, state, titles } = await used(t)
  let [isOpen, n] = [true, 0]
  const writing = (async () => {
    while (isOpen) {
      await store.collection('Thing').write([titled(n++ % MANY, `write ${n}`)])
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  })()
  const once = () => runCopy(at(store, 'Thing'), at(store, 'Moved'), FINISH, { state })
  const { report, error } = await once()
  isOpen = false
  await writing
  t.match(error, { code: 'ELYSIA_INCOMPLETE', message: /Live means Moved now.*still writes to Thing/ })
  t.match(report, { status: 'failed', alias: { switched: true }, follow: { state: 'carrying' } })
  await store.collection('Moved').write([titled(7, 'through the alias')])
  const again = await once()
  t.equal(again.error, undefined)
  t.match(again.report, { status: 'done', id: report.id })
  const [before, after] = [await titles('Thing'), await titles('Moved')]
  t.equal(after.get(thing(7, MANY).id), 'through the alias')
  before.delete(thing(7, MANY).id)
  for (const [id, title] of before) t.equal(after.get(id), title, id)
})

t.test('--max-delete bounds everything that is carried over as removed, pass after pass', async (t) => {
  const { store, state, titles } = await used(t)
  const old = store.collection('Thing')
  const remove = (...numbers: number[]) => old.remove(numbers.map((n) => thing(n, MANY).id))
  const busy = switching(store, async (move) => {
    await remove(0, 1, 2)
    return move()
  })
  let passes = 0
  const onEvent = (event: RunEvent) => {
    // 7.5 % of the objects are gone by then, which is allowed; with these it is 15 %.
    if (event.type === 'copy_pass' && event.state === 'carrying' && passes++ === 0) void remove(3, 4, 5)
  }
  const once = (more: CopyOptionsInput = {}) =>
    runCopy(at(busy, 'Thing'), at(busy, 'Moved'), { ...FINISH, ...more }, { state, onEvent })
  const { report, error } = await once()
  t.match(error, {
    code: 'ELYSIA_CONFLICT',
    message:
      /^Live means Moved now, but carrying over what Thing lost meanwhile would delete 6 of 40 objects \(15\.0 %\)/,
    hint: /--max-delete 6$/,
  })
  t.match(report, { status: 'failed', alias: { switched: true }, follow: { state: 'carrying', carried: 3 } })
  t.equal((await titles('Moved')).size, MANY - 3, 'the others stay')
  t.match(await once(), { error: { code: 'ELYSIA_CONFLICT' } }, 'also for a process that goes on')
  t.match(await once({ maxDelete: '6' }), { error: undefined, report: { status: 'done', id: report.id } })
  t.equal((await titles('Moved')).size, MANY - 6)
})
