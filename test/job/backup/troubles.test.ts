// What may befall a backup inside one process: another one, and a server that fails now and then.
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openStore } from '../../../lib/store/open.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { types } from '../../run/listening.ts'
import { hurry } from '../hurry.ts'
import { THING, thing, things } from './archived.ts'

t.test('of backups that begin in one place in the same moment one counts, and it is whole', async (t) => {
  const files: Files = new Map()
  const store = await things(500)
  const all = Array.from({ length: 5 }, () =>
    backup(store, 'Thing', memoryStorage(files), { partSize: 8192 }),
  )
  const ended = await Promise.allSettled(all)
  t.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const one of ended) if (one.status === 'rejected') t.match(one.reason, { code: 'ELYSIA_LOCKED' })
  t.match(await verify(memoryStorage(files), { level: 'records' }), {
    status: 'complete',
    objects_checked: 500,
  })
})

/** A server with three tenants, of which one sleeps. */
async function tenanted(t: Test): Promise<{ double: Double; store: Store }> {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b', 'c'])
  for (const tenant of ['a', 'b', 'c'])
    await store.collection('Thing').write([thing(1), thing(2)], { tenant })
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  return { double, store }
}

const STATES = [
  { name: 'a', state: 'active' },
  { name: 'b', state: 'inactive' },
  { name: 'c', state: 'active' },
]

const AWAY = { fault: 'status', code: 'UNAVAILABLE', text: 'the node is away' } as const

t.test('a call of any kind that fails twice is made again, and the backup is whole', async (t) => {
  hurry(t)
  const { double, store } = await tenanted(t)
  const calls: readonly (readonly [on: string, skip: number])[] = [
    ['Search', 0],
    ['Aggregate', 0],
    // The counts after the scan.
    ['Aggregate', 3],
    ['GET /v1/schema', 0],
    ['PUT /v1/schema', 0],
    // Of the tenant that is put back.
    ['PUT /v1/schema', 1],
  ]
  for (const [on, skip] of calls) {
    const taken = double.faults.inject({ ...AWAY, on, skip, count: 2 })
    const { report } = await backup(store, 'Thing', memoryStorage(), { compression: 'none' })
    t.equal(report.objects, 6, on)
    t.equal(taken(), 2, `${on} after ${skip}`)
    t.strictSame(await store.tenantStates('Thing'), STATES, 'and tenants are as they were')
  }
})

t.test('a backup that fails puts its tenants back, and its own error is what is heard', async (t) => {
  const { double, store } = await tenanted(t)
  const gone = double.faults.inject({ ...AWAY, on: 'Search' })
  await t.rejects(backup(store, 'Thing', memoryStorage(), { retryForMs: 300 }), {
    code: 'ELYSIA_UNREACHABLE',
  })
  t.strictSame(await store.tenantStates('Thing'), STATES)
  const said: string[] = []
  const files: Files = new Map()
  const fails = double.faults.inject({ ...AWAY, on: 'PUT /v1/schema', skip: 1 })
  const circumstances = { onEvent: types(said) }
  const failed = backup(
    store,
    'Thing',
    memoryStorage(files),
    { retryForMs: 300, compression: 'none', workers: 3 },
    circumstances,
  )
  await t.rejects(failed, { code: 'ELYSIA_UNREACHABLE', message: /reading|Search|away/ })
  t.ok(said.includes('tenants_left_active'), said.join())
  gone()
  fails()
  t.match(await store.tenantStates('Thing'), { 1: { state: 'active' } })
  const { report } = await backup(
    store,
    'Thing',
    memoryStorage(files),
    { compression: 'none' },
    { resume: true },
  )
  t.equal(report.objects, 6)
  t.strictSame(await store.tenantStates('Thing'), STATES, 'its plan knew how they were')
})
