// Plans of classes with tenants and references: they name both, and applied they give what the restore itself gives.

import { hash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runApply } from '../../../../lib/job/restore/planned/apply.ts'
import type { ApplyOptionsInput } from '../../../../lib/job/restore/planned/options.ts'
import { openPlan } from '../../../../lib/job/restore/planned/plan.ts'
import { restore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { idOf, THING } from '../../backup/archived.ts'
import { directory, TARGETS } from '../../targets.ts'
import { objectsOf, sourceOf } from '../restored.ts'

const LINKED: CollectionSchema = {
  ...THING,
  multiTenancyConfig: { enabled: true },
  properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
}

/** Numbers of objects, each with its title and the number of the one that it refers to. */
type Titles = Readonly<Record<number, readonly [title: string, next?: number]>>

async function filled(store: Store, tenants: Readonly<Record<string, Titles>>): Promise<Store> {
  await store.create(LINKED)
  await store.createTenants('Thing', Object.keys(tenants))
  for (const [tenant, titles] of Object.entries(tenants)) {
    const all = Object.entries(titles).map(([n, [title, next]]) => ({ id: idOf(Number(n), 20), title, next }))
    const things = store.collection('Thing')
    const vector = Float32Array.of(1, 2, 3)
    await things.write(
      all.map(({ id, title }) => ({ id, properties: { title }, vector })),
      { tenant },
    )
    const links = all.flatMap(({ id, next }) =>
      next === undefined
        ? []
        : [{ id, property: 'next', beacons: [`weaviate://localhost/Thing/${idOf(next, 20)}`] }],
    )
    await things.link(links, { tenant })
  }
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  return store
}

const THEIRS = {
  a: { 1: ['same', 2], 2: ['theirs'], 3: ['linked', 1], 4: ['new', 1] },
  b: { 1: ['theirs', 2], 2: ['same'] },
} as const
const OURS = {
  a: { 1: ['same', 2], 2: ['ours'], 3: ['linked', 2], 9: ['gone'] },
  b: { 2: ['same'] },
} as const

async function archive(): Promise<Files> {
  const files: Files = new Map()
  const store = await filled(openMemory(), THEIRS)
  await backup(store, 'Thing', memoryStorage(files), { compression: 'none' })
  return files
}

async function stateOf(store: Store) {
  const states = await store.tenantStates('Thing')
  await store.setTenantStates('Thing', [{ name: 'b', state: 'active' }])
  const objects = [await objectsOf(store, 'Thing', 'a'), await objectsOf(store, 'Thing', 'b')].flat()
  await store.setTenantStates('Thing', states)
  return { states, objects: objects.map(({ createdMs: _, updatedMs: __, ...rest }) => rest) }
}

async function applied(
  path: string,
  files: Files,
  store: Store,
  options: ApplyOptionsInput = { undo: false },
  context: object = {},
) {
  const plan = await openPlan(path)
  try {
    return await runApply(plan, await sourceOf(files), store, options, context)
  } finally {
    plan.close()
  }
}

async function planned(t: Test, options: RestoreOptionsInput, store: Store) {
  const path = join(directory(t), 'plan')
  const files = await archive()
  const report = await restore(await sourceOf(files), store, { maxDelete: '100%', ...options, plan: path })
  return { path, files, report }
}

const STRATEGIES: readonly RestoreOptionsInput[] = [
  { onConflict: 'skip' },
  { onConflict: 'overwrite', onlyChanged: true },
  { onConflict: 'merge' },
  { onConflict: 'replace' },
]

for (const options of STRATEGIES) {
  t.test(`a plan to ${options.onConflict} objects of tenants, some asleep, with references`, async (t) => {
    const store = await filled(openMemory(), OURS)
    const before = await stateOf(store)
    const { path, files, report } = await planned(t, options, store)
    t.strictSame(await stateOf(store), before, 'planned, nothing is changed')
    const undoDirectory = join(directory(t), 'undo')
    const { report: done, error } = await applied(path, files, store, {}, { undoDirectory })
    t.equal(error, undefined)
    const direct = await filled(openMemory(), OURS)
    const context = { undoDirectory: `${undoDirectory}-direct` }
    await restore(await sourceOf(files), direct, { maxDelete: '100%', ...options }, context)
    t.strictSame(await stateOf(store), await stateOf(direct))
    const { create, overwrite, merge, delete: gone } = report.planned!
    t.same([done.written, done.deleted], [create + overwrite + merge, gone])
  })
}

t.test('an object whose references alone differ is in the plan, with its tenant', async (t) => {
  const store = await filled(openMemory(), OURS)
  const { path } = await planned(t, { onConflict: 'replace' }, store)
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1, -1)
  t.strictSame(
    lines.map((line) => JSON.parse(line)).map((one) => `${one.do} ${one.tenant} ${one.id.slice(0, 8)}`),
    [
      ['overwrite', 'a', 2],
      ['overwrite', 'a', 3],
      ['create', 'a', 4],
      ['create', 'b', 1],
      ['delete', 'a', 9],
    ].map(([what, tenant, n]) => `${what} ${tenant} ${idOf(Number(n), 20).slice(0, 8)}`),
  )
})

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`${name}: a plan that is refused leaves no undo, and says nothing of changes ahead`, async (t) => {
    const store = await filled(await open(t), OURS)
    const { path, files } = await planned(t, { onConflict: 'replace' }, store)
    const undoDirectory = join(directory(t), 'undo')
    const events: string[] = []
    const context = { undoDirectory, onEvent: ({ type }: { type: string }) => events.push(type) }
    const vector = Float32Array.of(1, 2, 3)
    const other = { id: idOf(9, 20), properties: { title: 'another' }, vector }
    await store.collection('Thing').write([other], { tenant: 'a' })
    await t.rejects(applied(path, files, store, {}, context), {
      code: 'ELYSIA_CONFLICT',
      message: new RegExp(`changed since the plan was made: a/${other.id}`),
    })
    t.notOk(existsSync(undoDirectory))
    t.notOk(events.includes('changes_ahead'))
    await store.collection('Thing').write([{ ...other, properties: { title: 'gone' } }], { tenant: 'a' })
    t.match(await applied(path, files, store, {}, context), { error: undefined, report: { deleted: 1 } })
    t.ok(events.includes('changes_ahead'))
  })
}

/** The lines of a plan, changed, with a last line that fits them. */
function forged(path: string, change: (lines: string[]) => string[], counts: object = {}): void {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const end = JSON.parse(lines.at(-1)!)
  const text = change(lines.slice(0, -1))
    .map((line) => `${line}\n`)
    .join('')
  const last = { ...end, counts: { ...end.counts, ...counts }, sha256: hash('sha256', text) }
  writeFileSync(path, `${text}${JSON.stringify(last)}\n`)
}

t.test('a plan deletes no more than --max-delete allows, and nothing that its archive holds', async (t) => {
  const store = await filled(openMemory(), OURS)
  const { path, files } = await planned(t, { onConflict: 'replace' }, store)
  const original = readFileSync(path)
  const before = await stateOf(store)
  const refused = async (error: { code: string; message: RegExp }, options: ApplyOptionsInput = {}) => {
    await t.rejects(applied(path, files, store, { undo: false, ...options }), error)
    t.strictSame(await stateOf(store), before)
    writeFileSync(path, original)
  }
  const few =
    /would delete 1 of 5 objects \(20\.0 %\) of Thing .*: a\/.*; the archive has 6: 4 in both, 2 new/
  await refused({ code: 'ELYSIA_CONFLICT', message: few }, { maxDelete: '10%' })
  forged(path, (lines) => [...lines, lines.at(-1)!.replace(idOf(9, 20), idOf(1, 20))], { delete: 2 })
  await refused({ code: 'ELYSIA_CONFLICT', message: /1 object of Thing changed/ })
  forged(
    path,
    (lines) => {
      const own = lines.find((line) => line.includes('"do":"overwrite"'))!
      const { becomes: _, ...entry } = JSON.parse(own)
      return [...lines.filter((line) => line !== own), JSON.stringify({ ...entry, do: 'delete' })]
    },
    { delete: 2, overwrite: 1 },
  )
  await refused({ code: 'ELYSIA_CONFLICT', message: /deletes 1 object of / })
  forged(
    path,
    (lines) => [
      ...lines,
      lines.at(-1)!.replace(idOf(9, 20), idOf(8, 20)).replace('delete","was', 'create","becomes'),
    ],
    { create: 3 },
  )
  await refused({ code: 'ELYSIA_CONFLICT', message: /writes 1 object missing from / })
  forged(path, ([first, ...lines]) => [first!.replaceAll('"replace"', '"overwrite"'), ...lines])
  await refused({ code: 'ELYSIA_DAMAGED', message: /deletes objects, though it replaces nothing/ })
  forged(path, ([first, ...lines]) => [first!.replace('"strategy":"replace"', '"strategy":"skip"'), ...lines])
  await refused({ code: 'ELYSIA_DAMAGED', message: /names two strategies/ })
})
