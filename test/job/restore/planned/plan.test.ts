import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../../lib/core/object.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runApply } from '../../../../lib/job/restore/planned/apply.ts'
import type { PlanEntry } from '../../../../lib/job/restore/planned/format.ts'
import { openPlan } from '../../../../lib/job/restore/planned/plan.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { runs, tried } from '../../../runs.ts'
import { idOf, THING } from '../../backup/archived.ts'
import { changedStore } from '../../changed.ts'
import { directory, TARGETS } from '../../targets.ts'
import { objectsOf, sourceOf, summed } from '../restored.ts'

type Titles = Readonly<Record<number, string>>

function objectsWith(titles: Titles): StoredObject[] {
  return Object.entries(titles).map(([n, title]) => ({
    id: idOf(Number(n), 20),
    properties: { title, ...(Number(n) % 2 === 0 && { count: Number(n) }) },
    vector: Float32Array.of(1, 2, 3),
  }))
}

async function filled(store: Store, titles: Titles): Promise<Store> {
  await store.create(THING)
  await store.collection('Thing').write(objectsWith(titles))
  return store
}

async function archiveWith(titles: Titles): Promise<Files> {
  const files: Files = new Map()
  await backup(await filled(openMemory(), titles), 'Thing', memoryStorage(files), { compression: 'none' })
  return files
}

function entriesIn(path: string): PlanEntry[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.slice(1, -1).map((line) => JSON.parse(line) as PlanEntry)
}

async function planned(files: Files, store: Store, options: RestoreOptionsInput, path: string) {
  return restore(await sourceOf(files), store, { ...options, plan: path, maxDelete: '100%' })
}

async function applied(t: Test, path: string, files: Files, store: Store, context: object = {}) {
  const plan = await openPlan(path)
  try {
    return await runApply(plan, await sourceOf(files), store, { undo: false, batchSize: 3 }, context)
  } finally {
    plan.close()
    t.ok(plan.end.end)
  }
}

const STRATEGIES: readonly RestoreOptionsInput[] = [
  { onConflict: 'skip' },
  { onConflict: 'overwrite' },
  { onConflict: 'overwrite', onlyChanged: true },
  { onConflict: 'merge' },
  { onConflict: 'merge', prefer: 'target' },
  { onConflict: 'replace' },
]

t.test(
  'a plan changes nothing, names each change, and applied gives what the restore itself gives',
  async (t) => {
    const path = join(directory(t), 'plan')
    const titles = fc.dictionary(
      fc.integer({ min: 0, max: 12 }).map(String),
      fc.constantFrom('a', 'b', 'c'),
      {
        minKeys: 1,
      },
    )
    const property = fc.asyncProperty(
      titles,
      titles,
      fc.constantFrom(...STRATEGIES),
      async (theirs, ours, options) => {
        const files = await archiveWith(theirs)
        const store = await filled(openMemory(), ours)
        const before = await objectsOf(store, 'Thing')
        const report = await planned(files, store, options, path)
        const after = await objectsOf(store, 'Thing')
        t.strictSame(after, before)
        const { report: done, error } = await applied(t, path, files, store)
        if (error !== undefined) throw error
        const direct = await filled(openMemory(), ours)
        await restore(await sourceOf(files), direct, { ...options, undo: false, maxDelete: '100%' })
        const result = await objectsOf(store, 'Thing')
        const contents = (objects: StoredObject[]) =>
          objects.map(({ createdMs: _, updatedMs: __, ...rest }) => rest)
        t.strictSame(contents(result), contents(await objectsOf(direct, 'Thing')))
        const entries = entriesIn(path)
        const { create, overwrite, merge, delete: gone } = report.planned!
        t.equal(entries.length, create + overwrite + merge + gone)
        t.equal(done.written, create + overwrite + merge)
        t.equal(done.deleted, gone)
        const inPlan = new Set(entries.map(({ id }) => id))
        const was = new Map(before.map((one) => [one.id, JSON.stringify(one.properties)]))
        const changed = result.filter((one) => was.get(one.id) !== JSON.stringify(one.properties))
        t.ok(changed.every(({ id }) => inPlan.has(id)))
      },
    )
    await fc.assert(property, tried(runs(25)))
  },
)

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(
    `a plan for ${name} that has become old is refused, naming what changed, and nothing is written`,
    async (t) => {
      const path = join(directory(t), 'plan')
      const files = await archiveWith({ 1: 'a', 2: 'a', 3: 'a' })
      const store = await filled(await open(t), { 1: 'x', 2: 'x', 9: 'x' })
      await planned(files, store, { onConflict: 'replace' }, path)
      t.match(entriesIn(path), [
        { do: 'overwrite', was: /=$/, becomes: /=$/ },
        { do: 'overwrite' },
        { do: 'create', was: undefined },
        { do: 'delete', becomes: undefined },
      ])
      const [one, , three, nine] = objectsWith({ 1: 'new', 2: 'x', 3: 'new', 9: 'new' })
      const events: unknown[] = []
      for (const other of [one!, three!, nine!]) {
        const collection = store.collection('Thing')
        const [was] = await collection.readMany([other.id], { properties: 'all', vectors: true })
        await collection.write([other])
        const before = await objectsOf(store, 'Thing')
        const onEvent = (event: { readonly type: string }) => {
          if (event.type === 'plan_outdated') events.push(event)
        }
        await t.rejects(applied(t, path, files, store, { onEvent }), {
          code: 'ELYSIA_CONFLICT',
          message: new RegExp(`1 object of Thing changed.*${other.id}`),
        })
        t.match(events.pop(), { objects: 1, ids: [other.id] })
        t.strictSame(await objectsOf(store, 'Thing'), before)
        if (was === undefined) await collection.remove([other.id])
        else await collection.write([was])
      }
      const { error, report } = await applied(t, path, files, store)
      t.equal(error, undefined)
      t.match(report, { status: 'done', written: 3, deleted: 1, left_alone: 0 })
      t.same(
        (await objectsOf(store, 'Thing')).map(({ properties }) => properties.title),
        ['a', 'a', 'a'],
      )
    },
  )
}

t.test(
  'what changes between the look and the write stays, is a reject, and keeps deletions away',
  async (t) => {
    const path = join(directory(t), 'plan')
    const files = await archiveWith({ 1: 'a', 2: 'a' })
    const memory = await filled(openMemory(), { 1: 'x', 2: 'x', 9: 'x' })
    await planned(files, memory, { onConflict: 'replace' }, path)
    let reads = 0
    const store = changedStore(memory, (inner) => ({
      readMany: async (...args) => {
        reads += 1
        if (reads === 2) await inner.write(objectsWith({ 2: 'theirs' }))
        return inner.readMany(...args)
      },
    }))
    const { report, error } = await applied(t, path, files, store)
    t.equal(error, undefined)
    t.match(report.rejected, { changed_meanwhile: 1 })
    t.match(summed(report), { written: 1, rejected: 1, deleted: 0 })
    t.same(
      (await objectsOf(memory, 'Thing')).map(({ properties }) => properties.title),
      ['a', 'theirs', 'x'],
    )
  },
)

t.test('a plan of another archive, target or class is refused; so is what cannot be planned', async (t) => {
  const path = join(directory(t), 'plan')
  const files = await archiveWith({ 1: 'a' })
  const store = await filled(openMemory(), { 1: 'x' })
  await planned(files, store, { onConflict: 'overwrite' }, path)
  const refused = async (files: Files, store: Store, message: RegExp) =>
    t.rejects(applied(t, path, files, store), { code: 'ELYSIA_CONFLICT', message })
  await refused(await archiveWith({ 1: 'a' }), store, /it is of .*, not of/)
  await refused(files, await filled(openMemory(), { 1: 'x' }), /it is for memory:.*, not for memory:/)
  await store.addProperty('Thing', { name: 'more', dataType: ['text'] })
  await refused(files, store, /Thing has another schema now/)
  await store.drop('Thing')
  await refused(files, store, /Thing is gone/)
  const once = { ...(await sourceOf(files)), once: true }
  await t.rejects(restore(once, store, { plan: path }), {
    code: 'ELYSIA_USAGE',
    message: /pipe, which can be read only once/,
  })
  await t.rejects(restore(await sourceOf(files), store, { plan: path, intoAlias: 'Live' }), {
    code: 'ELYSIA_USAGE',
  })
})

t.test('a plan for a class that is to be created, refused once it is there', async (t) => {
  const path = join(directory(t), 'plan')
  const files = await archiveWith({ 1: 'a', 2: 'b' })
  const store = openMemory()
  t.match(await planned(files, store, {}, path), { planned: { create: 2 }, status: 'planned' })
  t.same(await store.list(), [])
  const { report } = await applied(t, path, files, store)
  t.match(report, { status: 'done', written: 2 })
  await t.rejects(applied(t, path, files, store), { code: 'ELYSIA_CONFLICT' })
})

t.test('a plan that was cut, changed or made up is damage that names its line', async (t) => {
  const path = join(directory(t), 'plan')
  await planned(
    await archiveWith({ 1: 'a', 2: 'a' }),
    await filled(openMemory(), { 1: 'x' }),
    { onConflict: 'overwrite' },
    path,
  )
  const [header, first, second, end] = readFileSync(path, 'utf8').trimEnd().split('\n') as [
    string,
    string,
    string,
    string,
  ]
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
  const cases: readonly (readonly [lines: readonly string[], message: RegExp])[] = [
    [[], /is empty/],
    [[header, first], /was cut: its last line is missing/],
    [[header, first, end], /line 3 says that it was changed/],
    [[header, first, first, second, end], /line 3 names .* a second time/],
    [[header, first, second, end, first], /line 5 comes after its end/],
    [[first, second, end], /line 1 does not begin a plan/],
    [[header, '{"id":"../../x","do":"create"}', end], /line 2 has no id/],
    [[header, first.replace('overwrite', 'destroy'), second, end], /line 2 does not say what to do/],
    [[header, first.replace(/"was":"[^"]*",/, ''), second, end], /line 2 lacks a digest/],
    [[header, `{"id":"${idOf(1)}","do":"create","x":${deep}}`, end], /line 2 is not JSON, or nests too deep/],
    [[header, 'not json', end], /line 2 is not JSON/],
    [[header, '7', end], /line 2 is not an object/],
    [[header, `{"x":"${'y'.repeat(9 * 1024 * 1024)}"}`], /line 2 is too long/],
    [
      [header.replace('"options":{', '"options":7,"o":{'), first, second, end],
      /line 1 lacks what a plan begins with/,
    ],
    [[header.replace('"format":1', '"format":2'), first, second, end], /line 1 is of a newer version/],
  ]
  for (const [lines, message] of cases) {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
    await t.rejects(openPlan(path), { code: 'ELYSIA_DAMAGED', message }, String(message))
  }
  await t.rejects(openPlan(`${path}.none`), { code: 'ELYSIA_INPUT_MISSING' })
  const bytes = fc.uint8Array({ maxLength: 400 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(header.length), async (some, at) => {
      writeFileSync(path, Buffer.concat([Buffer.from(header.slice(0, at)), some]))
      await t.rejects(openPlan(path), { code: 'ELYSIA_DAMAGED' })
    }),
    tried(runs(25)),
  )
})
