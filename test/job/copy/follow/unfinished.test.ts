// A carrying over that fails or ends between two of its steps: the next pass, or the same command once more, brings
// what it had begun.
import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import { runCopy } from '../../../../lib/job/copy/copy.ts'
import { runDirectory } from '../../../../lib/job/restore/runDirectory.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { THING } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { at, FINISH, type Seen, titled, used, watched } from './used.ts'

const LATER_MS = 2
const ONE = titled(1, '').id
const LINKED = { ...THING, properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }] }
const NEXT = [{ id: ONE, property: 'next', beacons: [`weaviate://localhost/Thing/${titled(9, '').id}`] }]

async function put(store: Store, title: string): Promise<void> {
  await wait(LATER_MS)
  const [outcome] = await store.collection('Thing').write([titled(1, title)])
  if (outcome?.ok !== true) throw new Error(`not written: ${outcome?.reason}`)
  await wait(LATER_MS)
}

/** The store, where `late` happens right before the switch, and `before` before each call to Moved after it. */
function carrying(store: Store, late: () => Promise<unknown>, before: (seen: Seen) => Promise<void>): Store {
  let isSwitched = false
  return watched(
    store,
    async (seen) => {
      if (isSwitched && seen.collection === 'Moved') await before(seen)
    },
    async (move) => {
      await late()
      isSwitched = await move()
      return isSwitched
    },
  )
}

const overloaded = () => new ElysiaError('ELYSIA_STORE', 'the store is overloaded', { retryable: true })

for (const [name, isRemoved] of [
  ['a second write', false],
  ['a second write and a removal', true],
] as const) {
  t.test(`${name} in the source while the first is carried over, and a call that fails`, async (t) => {
    const { store, state, titles } = await used(t)
    let calls = 0
    const busy = carrying(
      store,
      () => put(store, 'late'),
      async ({ call, ids }) => {
        if ((call !== 'write' && call !== 'remove') || !ids.includes(ONE)) return
        calls += 1
        if (calls === 1) await put(store, 'second')
        if (calls !== 2) return
        if (isRemoved) await store.collection('Thing').remove([ONE])
        throw overloaded()
      },
    )
    // Passes far enough apart to find another update time each.
    const options = { ...FINISH, recheckAfterMs: 200 }
    const { report, error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), options, { state })
    t.equal(error, undefined)
    t.equal(calls, 3, 'the first, the one that failed, and the one after another look')
    t.match(report, { status: 'done', follow: { newer: 0 } })
    t.equal((await titles('Moved')).get(ONE), isRemoved ? undefined : 'second')
  })
}

t.test('references that an ended process still owed', async (t) => {
  const { store, state } = await used(t, LINKED)
  let isIll = true
  const late = async () => {
    await put(store, 'late')
    await store.collection('Thing').link(NEXT)
  }
  const busy = carrying(store, late, async ({ call }) => {
    if (isIll && call === 'link') throw overloaded()
  })
  const once = () => runCopy(at(busy, 'Thing'), at(busy, 'Moved'), { ...FINISH, retryForMs: 300 }, { state })
  t.match((await once()).error, { message: /overloaded/ })
  isIll = false
  const { report, error } = await once()
  t.equal(error, undefined)
  t.match(report, { status: 'done', follow: { newer: 0 } })
  const whole = { properties: 'all', vectors: false, references: true } as const
  const [found] = await store.collection('Moved').readMany([ONE], whole)
  t.match(found?.properties.next, [{ beacon: new RegExp(`${titled(9, '').id}$`) }])
})

t.test('references that were removed through the alias stay removed', async (t) => {
  const { store, state } = await used(t, LINKED)
  let [isLinked, isRemoved] = [false, false]
  const late = async () => {
    await put(store, 'late')
    await store.collection('Thing').link(NEXT)
  }
  const busy = carrying(store, late, async ({ call }) => {
    if (isLinked && !isRemoved && call === 'read') {
      isRemoved = true
      await wait(LATER_MS)
      await store.collection('Moved').write([titled(1, 'late')])
    }
    isLinked ||= call === 'link'
  })
  const { error } = await runCopy(at(busy, 'Thing'), at(busy, 'Moved'), FINISH, { state })
  t.equal(error, undefined)
  t.ok(isRemoved)
  const whole = { properties: 'all', vectors: false, references: true } as const
  const [found] = await store.collection('Moved').readMany([ONE], whole)
  t.notOk(found?.properties.next)
})

t.test('references that the target refuses while they are carried over', async (t) => {
  const { store, state } = await used(t, LINKED)
  const [absent] = NEXT
  const late = async () => {
    await put(store, 'late')
    await store.collection('Thing').link([absent!])
  }
  let isStrict = true
  const strict = changedStore(
    carrying(store, late, async () => {}),
    (inner) => ({
      link: async (links, ...rest) =>
        isStrict && inner.name === 'Moved'
          ? links.map(() => ({ ok: false, reason: 'no such object' }) as const)
          : inner.link(links, ...rest),
    }),
  )
  const once = () => runCopy(at(strict, 'Thing'), at(strict, 'Moved'), FINISH, { state })
  const refused = { code: 'ELYSIA_INCOMPLETE', message: /references.*rejected: no such object/ }
  t.match((await once()).error, refused)
  t.match((await once()).error, refused, 'and so again: the object is not whole yet')
  isStrict = false
  const { report, error } = await once()
  t.equal(error, undefined)
  t.match(report, { status: 'done', follow: { newer: 0 } })
})

t.test('a command that is not the one that moved the alias', async (t) => {
  const { store, state } = await used(t)
  const run = (options: object) => runCopy(at(store, 'Thing'), at(store, 'Moved'), options, { state })
  t.match(await run(FINISH), { report: { status: 'done', alias: { switched: true } } })
  t.match(await run(FINISH), { report: { status: 'done', written: 0 } })
  await t.rejects(run({ ...FINISH, properties: 'title' }), { code: 'ELYSIA_CONFLICT' })
})

t.test('an alias that was moved by hand', async (t) => {
  const { store, state } = await used(t)
  const run = (options: object) => runCopy(at(store, 'Thing'), at(store, 'Moved'), options, { state })
  t.match(await run({ finish: true, recheckAfterMs: 40 }), { report: { status: 'done' } })
  await put(store, 'late')
  await store.moveAlias({ alias: 'Live', collection: 'Moved' })
  await t.rejects(run(FINISH), { code: 'ELYSIA_CONFLICT', message: /Live means Moved already/ })
})

t.test('what is known about the switch stays until the run has ended', async (t) => {
  const { store, state } = await used(t)
  const { journal } = state
  const finish = journal.finish.bind(journal)
  journal.finish = (run, ...rest) => {
    if (journal.runs(store.target).some((one) => one.run === run && one.inputs.includes('--follow')))
      throw new ElysiaError('ELYSIA_STATE', 'the disk is full')
    return finish(run, ...rest)
  }
  const once = () => runCopy(at(store, 'Thing'), at(store, 'Moved'), FINISH, { state })
  const { report, error } = await once()
  t.match(error, { code: 'ELYSIA_STATE' })
  t.ok(existsSync(runDirectory(state, report.id)))
  journal.finish = finish
  t.match(await once(), { report: { status: 'done', id: report.id } })
  t.notOk(existsSync(runDirectory(state, report.id)))
})
