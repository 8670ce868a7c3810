// Tenants that a run has made: a rollback removes those that hold nothing any more, and the collection is as it was.
import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { rollback, runRollback } from '../../../lib/job/rollback/rollback.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { THING, thing } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { sourceOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

async function tenanted(store: Store, tenants: Readonly<Record<string, readonly number[]>>): Promise<Store> {
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', Object.keys(tenants))
  for (const [tenant, numbers] of Object.entries(tenants))
    if (numbers.length > 0)
      await store.collection('Thing').write(
        numbers.map((n) => thing(n)),
        { tenant },
      )
  return store
}

async function archive(): Promise<Files> {
  const files: Files = new Map()
  const store = await tenanted(openMemory(), { a: [1, 2], b: [], c: [1], d: [1] })
  await store.setTenantStates('Thing', [
    { name: 'b', state: 'inactive' },
    { name: 'd', state: 'inactive' },
  ])
  await backup(store, 'Thing', memoryStorage(files), {})
  return files
}

for (const [name, open] of Object.entries(TARGETS)) {
  for (const isNamed of [true, false]) {
    const how = isNamed ? 'that its archive names' : 'that only its objects name'
    t.test(`${name}: tenants that a restore has made, ${how}, are gone after its rollback`, async (t) => {
      const store = await tenanted(await open(t), { a: [1] })
      const { tenants: _, ...unnamed } = await sourceOf(await archive())
      const source = isNamed ? await sourceOf(await archive()) : unnamed
      const context = { undoDirectory: directory(t) }
      const { id } = await restore(source, store, { onConflict: 'skip' }, context)
      const made = isNamed ? ['b', 'c', 'd'] : ['c', 'd']
      t.same(await store.tenants('Thing').then((all) => all.sort()), ['a', ...made])
      await store.collection('Thing').write([thing(7)], { tenant: 'c' })
      const report = await rollback(store, id, {}, context)
      t.same([...report.tenants_made].sort(), made)
      t.same([...report.tenants_removed].sort(), isNamed ? ['b', 'd'] : ['d'])
      t.same(await store.tenantStates('Thing'), [
        { name: 'a', state: 'active' },
        { name: 'c', state: 'active' },
      ])
      t.equal(await store.collection('Thing').count({ tenant: 'c' }), 1, 'what others wrote stays')
      t.match(await rollback(store, id, {}, context), { status: 'done', unchanged: 3, left: 0 }, 'again')
    })
  }
}

t.test('a rollback that is cut once tenants are gone is finished by the next', async (t) => {
  const store = await tenanted(openMemory(), { a: [1] })
  const context = { undoDirectory: directory(t) }
  const { id } = await restore(await sourceOf(await archive()), store, { onConflict: 'skip' }, context)
  const cut = changedStore(store, () => ({}), {
    dropTenants: async (...given) => {
      await store.dropTenants(...given)
      throw new Error('the cable is out')
    },
  })
  t.match(await runRollback(cut, id, {}, context), { report: { status: 'failed' } })
  t.match(await rollback(store, id, {}, context), { status: 'done', unchanged: 3, left: 0 })
  t.same(await store.tenants('Thing'), ['a'])
})

t.test('a dry run wakes no tenant, and says that it has not looked at those that sleep', async (t) => {
  const store = await tenanted(openMemory(), { a: [1], b: [1] })
  const context = { undoDirectory: directory(t) }
  const { id } = await restore(await sourceOf(await archive()), store, { onConflict: 'overwrite' }, context)
  await store.setTenantStates('Thing', [{ name: 'c', state: 'inactive' }])
  const states = await store.tenantStates('Thing')
  const events: unknown[] = []
  const onEvent = (event: { readonly type: string }) => {
    if (event.type === 'tenants_not_counted') events.push(event)
  }
  const report = await rollback(store, id, { dryRun: true }, { ...context, onEvent })
  t.match(report, { status: 'planned', objects: 2, removed: 1, unchanged: 1 })
  t.strictSame(events, [{ type: 'tenants_not_counted', tenants: 2 }])
  t.strictSame(await store.tenantStates('Thing'), states)
})
