// Properties of an archive that the class does not have: refused, added, or left out, by value or by object.
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { restore, runRestore } from '../../../../lib/job/restore/restore.ts'
import { openSource } from '../../../../lib/job/restore/source/open.ts'
import { openState } from '../../../../lib/run/state.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Transform } from '../../../../lib/transform/transform.ts'
import { texts } from '../../../run/listening.ts'
import { archiveOf, THING, thing, things } from '../../backup/archived.ts'
import { objectsOf, SMALL, sourceOf, summed } from '../restored.ts'

/** Without `kind`. */
const LESS = { ...THING, properties: THING.properties!.slice(0, 2) }
const OVER = { onConflict: 'overwrite', undo: false } as const

/** Gives each tenth object a property that no class names, and the others null there. */
const strange: Transform = {
  name: 'strange',
  bind: (schema) => ({
    schema,
    touches: new Set(),
    objects: (page) => ({
      objects: page.map((one) => {
        const odd = Number(one.properties.count) % 10 === 0 ? 'x' : null
        return { ...one, properties: { ...one.properties, odd } }
      }),
      rejects: [],
      filtered: 0,
    }),
  }),
}

/** A class of one object, without `kind`. */
async function target() {
  const store = openMemory()
  await store.create(LESS)
  return store
}

t.test('freeze, which is the default, refuses it before the first write', async (t) => {
  const store = await target()
  await t.rejects(restore(await sourceOf(await archiveOf(20, SMALL)), store, OVER), {
    code: 'ELYSIA_CONFLICT',
    message: /it has no property kind \(text\)/,
    hint: /--on-new-property evolve/,
  })
  t.same(await objectsOf(store, 'Thing'), [])
})

t.test('evolve adds the property and says so; a dry run says it, and a second run finds it', async (t) => {
  const store = await target()
  const archive = await archiveOf(20, SMALL)
  const options = { ...OVER, onNewProperty: 'evolve' } as const
  const said: string[] = []
  await restore(await sourceOf(archive), store, { ...options, dryRun: true }, { onEvent: texts(said) })
  t.match(said.join('\n'), /would add the property kind/)
  t.same((await store.schema('Thing'))?.properties, LESS.properties)
  const report = await restore(await sourceOf(archive), store, options, { onEvent: texts(said) })
  t.match(said.join('\n'), /added the property kind/)
  t.match(summed(report), { written: 20, verification: { digest_equal: true } })
  t.same((await store.schema('Thing'))?.properties, THING.properties)
  const again = await restore(await sourceOf(archive), store, { ...options, onlyChanged: true })
  t.match(summed(again), { written: 0, unchanged: 20 })
})

t.test('discard-value leaves values out and counts them; null is no value', async (t) => {
  const store = await target()
  const options = { ...OVER, onNewProperty: 'discard-value' } as const
  const report = await restore(await sourceOf(await archiveOf(20, SMALL)), store, options, {
    transforms: [strange],
  })
  t.match(summed(report), { written: 20, filtered: 0, discarded: { kind: 20, odd: 2 } })
  t.match(report.verification, { digest_equal: true })
  const [first] = await objectsOf(store, 'Thing')
  t.same(first!.properties, { title: 'thing 0', count: 0 })
})

t.test('a dry run says what would be left out', async (t) => {
  const [store, archive] = [await target(), await archiveOf(20, SMALL)]
  const dry = { ...OVER, dryRun: true } as const
  const values = await restore(await sourceOf(archive), store, { ...dry, onNewProperty: 'discard-value' })
  t.match(values, { discarded: { kind: 20 } })
  const objects = await restore(await sourceOf(archive), store, { ...dry, onNewProperty: 'discard-object' })
  t.match(objects, { filtered: 20 })
})

t.test('discard-object leaves objects out, which count as filtered; a replace is refused', async (t) => {
  const store = await things(0)
  const options = { ...OVER, onNewProperty: 'discard-object' } as const
  const context = { transforms: [strange] }
  const archive = await archiveOf(20, SMALL)
  t.match(summed(await restore(await sourceOf(archive), store, options, context)), {
    objects: 20,
    written: 18,
    filtered: 2,
    rejected: 0,
  })
  const replace = { ...options, onConflict: 'replace', undo: true } as const
  await t.rejects(restore(await sourceOf(archive), store, replace, context), {
    code: 'ELYSIA_USAGE',
    message: /discard-object leaves out/,
  })
})

t.test(
  'values that no class names are rejects where nothing else was said, of a new class as well',
  async (t) => {
    const context = { transforms: [strange] }
    const archive = await archiveOf(20, SMALL)
    const frozen = await restore(await sourceOf(archive), openMemory(), {}, context)
    t.match(frozen, { written: 18, rejected: { store_rejected: 2 } })
    const options = { onNewProperty: 'discard-value' } as const
    const report = await restore(await sourceOf(archive), openMemory(), options, context)
    t.match(report, { written: 20, discarded: { odd: 2 } })
  },
)

t.test('lines without a class bring properties, too', async (t) => {
  const store = openMemory()
  await store.create({ ...LESS, properties: [...LESS.properties, { name: 'score', dataType: ['number'] }] })
  const lines = [1, 2].map((n) => ({ id: thing(n).id, properties: { title: `${n}`, score: n, more: ['a'] } }))
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const file = join(t.testdir({ 'lines.jsonl': text }), 'lines.jsonl')
  const source = await openSource(file, { stdin: () => Readable.from([]), options: { name: 'Thing' } })
  const options = { ...OVER, name: 'Thing', onNewProperty: 'evolve' } as const
  t.match(await restore(source, store, options), { written: 2, rejected: {} })
  t.same((await store.schema('Thing'))?.properties?.at(-1), { name: 'more', dataType: ['text[]'] })
})

t.test('an interrupted restore is not continued with another answer', async (t) => {
  const state = openState(undefined, t.testdir())
  t.teardown(() => state.close())
  const [store, archive, stop] = [await target(), await archiveOf(600, SMALL), new AbortController()]
  let progressed = 0
  const onEvent = ({ type }: { type: string }) => {
    if (type === 'progress' && ++progressed === 6) stop.abort()
  }
  const options = { ...OVER, workers: 1, batchSize: 50 } as const
  const value = { ...options, onNewProperty: 'discard-value' } as const
  const first = await runRestore(await sourceOf(archive), store, value, { state, stop: stop.signal, onEvent })
  t.ok(first.error, 'it was interrupted')
  const object = { ...options, onNewProperty: 'discard-object' } as const
  const report = await restore(await sourceOf(archive), store, object, { state })
  t.match(summed(report), { parts_continued: 0, written: 0, filtered: 600 })
})
