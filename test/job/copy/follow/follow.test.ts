// A copy follows its source pass by pass until another call finishes it, and an alias means the copy.
import t, { type Test } from 'tap'
import { copy, runCopy } from '../../../../lib/job/copy/copy.ts'
import { followOfCounts } from '../../../../lib/job/copy/follow/facts.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'
import { dropProperty } from '../../../../lib/transform/step/drop.ts'
import { THING, thing, things } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { objectsOf } from '../../restore/restored.ts'
import { directory, TARGETS } from '../../targets.ts'

const at = (store: Store, name = 'Thing') => ({ store, name })
const MANY = 50

/** Waits for events of passes. */
function passes() {
  const seen: Extract<RunEvent, { type: 'copy_pass' }>[] = []
  const waiting: (() => void)[] = []
  const onEvent = (event: RunEvent) => {
    if (event.type !== 'copy_pass') return
    seen.push(event)
    for (const go of waiting.splice(0)) go()
  }
  const reached = async (count: number) => {
    while (seen.length < count) await new Promise<void>((resolve) => waiting.push(resolve))
    return seen[count - 1]!
  }
  return { seen, onEvent, reached }
}

function stateOf(t: Test, store: Store) {
  const state = openState(store, directory(t))
  t.teardown(() => state.close())
  return state
}

t.test('passes become smaller, another call finishes, and the alias means the copy', async (t) => {
  const [source, target] = [await things(MANY), openMemory()]
  await target.create({ ...THING, class: 'Old' })
  await target.createAlias({ alias: 'Live', collection: 'Old' })
  const state = stateOf(t, target)
  const { seen, onEvent, reached } = passes()
  const options = { follow: true, everyMs: 1, readyBelow: 3 } as const
  const following = runCopy(at(source), at(target, 'Moved'), options, { state, onEvent })
  t.match(await reached(1), { pass: 1, written: MANY, state: 'following' })
  await source.collection('Thing').write([thing(900), { ...thing(1, MANY), properties: { title: 'new' } }])
  await source.collection('Thing').remove([thing(0, MANY).id])
  await reached(3)
  const busy = seen.find(({ pass, written }) => pass > 1 && written > 0)
  t.match(busy, { written: 2, deleted: 1 })
  while (seen.at(-1)!.state !== 'ready') await reached(seen.length + 1)
  const [run] = state.journal.runs(target.target).filter(({ inputs }) => inputs.includes('--follow'))
  t.match(followOfCounts(run!.counts), { state: 'ready', made: true })
  await source.collection('Thing').write([thing(901)])
  const finishing = { finish: true, switchAlias: 'Live', verify: true } as const
  const report = await copy(at(source), at(target, 'Moved'), finishing, { state })
  const { report: left, error } = await following
  t.equal(error, undefined)
  t.match(left, { status: 'interrupted', id: report.id }, 'it has made room')
  t.match(report, {
    status: 'done',
    comparison: { equal: MANY + 1, only_source: 0, only_target: 0, different: 0 },
    alias: { name: 'Live', before: 'Old', switched: true },
    follow: { state: 'finished', written: MANY + 3, deleted: 1 },
    undo: null,
  })
  t.same(await target.aliases(), [{ alias: 'Live', collection: 'Moved' }])
  t.same(await objectsOf(target, 'Moved'), await objectsOf(source, 'Thing'))
})

t.test(
  'where the sides do not become equal the alias means what it meant, and the same call goes on',
  async (t) => {
    const [source, target] = [await things(5), openMemory()]
    const state = stateOf(t, target)
    let [written, isBusy] = [0, true]
    /** Somebody writes whenever all of the target is read. */
    const busy = changedStore(target, (collection: Collection) => ({
      read: (...args) => {
        if (isBusy) source.collection('Thing').write([thing(500 + written++)])
        return collection.read(...args)
      },
    }))
    const finishing = { finish: true, switchAlias: 'Live', recheckAfterMs: 10 } as const
    const { report, error } = await runCopy(at(source), at(busy), finishing, { state })
    t.match(error, { code: 'ELYSIA_INCOMPLETE' })
    t.match(report, { status: 'failed', follow: { state: 'finishing', passes: 6 } })
    t.same(await target.aliases(), [])
    isBusy = false
    const again = await copy(at(source), at(busy), finishing, { state })
    t.equal(again.id, report.id)
    t.same(await target.aliases(), [{ alias: 'Live', collection: 'Thing' }])
  },
)

t.test('it bears the name that it was given, and with fresh it begins with everything', async (t) => {
  const [source, target] = [await things(MANY), openMemory()]
  const state = stateOf(t, target)
  const { seen, onEvent, reached } = passes()
  const stop = new AbortController()
  const follow = { follow: true, everyMs: 1 } as const
  const begun = runCopy(at(source), at(target), follow, { state, onEvent, runId: 'mine', stop: stop.signal })
  await Promise.race([reached(2), begun])
  stop.abort(new Error('enough'))
  t.match((await begun).report, { id: 'mine', status: 'interrupted' })
  const again = passes()
  const finishing = copy(
    at(source),
    at(target),
    { finish: true },
    { state, fresh: true, onEvent: again.onEvent },
  )
  t.match(await finishing, { id: 'mine', status: 'done' })
  t.ok(seen.length >= 2)
  t.equal(again.seen[0]!.pass, 1)
})

t.test('it is not finished with other transforms than it was begun with', async (t) => {
  const [source, target] = [await things(3), openMemory()]
  const state = stateOf(t, target)
  const { onEvent, reached } = passes()
  const stop = new AbortController()
  const transforms = [dropProperty('count')]
  const context = { state, onEvent, stop: stop.signal, transforms }
  const following = runCopy(at(source), at(target), { follow: true, everyMs: 1 }, context)
  await Promise.race([reached(1), following])
  stop.abort(new Error('enough'))
  await following
  const finish = { finish: true } as const
  await t.rejects(copy(at(source), at(target), finish, { state }), { code: 'ELYSIA_CONFLICT' })
  const [object] = await objectsOf(target, 'Thing')
  t.notHas(object!.properties, { count: 0 })
  t.match(await copy(at(source), at(target), finish, { state, transforms }), { status: 'done' })
})

t.test('of a server only what was written since is read', async (t) => {
  const source = await TARGETS['a Weaviate server'](t)
  await source.create(THING)
  await source.collection('Thing').write(Array.from({ length: 400 }, (_, n) => thing(n, 400)))
  let reads = 0
  const count = (collection: Collection): Partial<Collection> => ({
    readMany: (ids, ...rest) => {
      reads += ids.length
      return collection.readMany(ids, ...rest)
    },
  })
  // As if the first pass had begun when nobody had written for long.
  const clock = { clockDifferenceMs: async () => -3_600_000 }
  const counting = changedStore(source, count, clock)
  const target = openMemory()
  const { onEvent, reached } = passes()
  const stop = new AbortController()
  const context = { state: stateOf(t, target), onEvent, stop: stop.signal }
  const following = runCopy(at(counting), at(target), { follow: true, everyMs: 1 }, context)
  await reached(1)
  t.match(await reached(2), { written: 0, deleted: 0 })
  t.equal(reads, 0)
  stop.abort(new Error('enough'))
  t.match((await following).report, { status: 'interrupted' })
})

t.test('options that cannot be combined are refused', async (t) => {
  const source = await things(1)
  for (const options of [
    { follow: true, finish: true },
    { follow: true, onConflict: 'skip' },
    { switchAlias: 'Live' },
    { follow: true, switchAlias: 'Live' },
  ] as const)
    await t.rejects(copy(at(source), at(openMemory()), options), { code: 'ELYSIA_USAGE' })
})
