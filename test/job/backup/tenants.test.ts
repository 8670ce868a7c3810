// Tenants that are not active are woken for a backup one at a time, and put back, also where it is killed.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store, Tenant } from '../../../lib/store/store.ts'
import { oneFile } from '../../run/oneFile.ts'
import { changedStore } from '../changed.ts'
import { somePoints } from '../runs.ts'
import { THING, thing } from './archived.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f']
/** All but one are asleep. */
const STATES: Tenant[] = NAMES.map((name) => ({ name, state: name === 'c' ? 'active' : 'inactive' }))
const OBJECTS = 20
const BACKUP = { partSize: 40_000, compression: 'none' }
const child = oneFile(new URL('./child.ts', import.meta.url))

/** A part, and one of each step that makes it count; the last is behind all of them. */
const POINTS = ['part.before-commit:3', 'backup.before-note:2', 'backup.after-note:4', 'backup.before-seal']

async function fill(store: Store): Promise<void> {
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', NAMES)
  const objects = Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS))
  for (const tenant of NAMES) await store.collection('Thing').write(objects, { tenant })
  await store.setTenantStates('Thing', STATES)
}

async function statesIn(database: string): Promise<Tenant[]> {
  const store = await openSqlite(database)
  const states = await store.tenantStates('Thing')
  await store.close()
  return states
}

function run(database: string, directory: string, failpoint: string) {
  return spawnSync(process.execPath, [child, database, directory, String(BACKUP.partSize)], {
    encoding: 'utf8',
    env: { ...process.env, ELYSIACTL_TEST: '1', ELYSIACTL_FAILPOINT: failpoint },
  })
}

async function filled(t: Test): Promise<string> {
  const database = join(t.testdir(), 'store.db')
  const store = await openSqlite(database)
  await fill(store)
  await store.close()
  return database
}

t.test(
  'killed anywhere, no more tenants stay awake than were at work, and --resume puts them back',
  async (t) => {
    for (const point of somePoints(POINTS, 2)) {
      const database = await filled(t)
      const directory = join(t.testdirName, point.replace(/\W/g, '-'))
      t.equal(run(database, directory, point).signal, 'SIGKILL', point)
      const awake = (await statesIn(database)).filter(({ state }) => state === 'active')
      t.ok(
        awake.length <= 3,
        `${point}: ${awake.map(({ name }) => name).join()} awake, of two workers and one that was`,
      )
      const store = await openSqlite(database)
      await backup(store, 'Thing', directoryStorage(directory), BACKUP, { resume: true })
      await store.close()
      t.strictSame(await statesIn(database), STATES, `${point}: as they were`)
      const { manifest } = await openArchive(directoryStorage(directory))
      t.strictSame(manifest.tenants, STATES, `${point}: and the archive knows them so`)
      t.match(manifest.counts, { before: 120, after: 120, written: 120 }, point)
      t.match(await verify(directoryStorage(directory), { level: 'records' }), {
        status: 'complete',
        objects_checked: 120,
      })
    }
  },
)

t.test('the plan is durable before the first tenant is woken', async (t) => {
  const inner = openMemory()
  await fill(inner)
  const files: Files = new Map()
  const seen: (string | undefined)[] = []
  let awake = 1
  const most = { awake: 0 }
  const store = changedStore(inner, () => ({}), {
    async setTenantStates(name, tenants) {
      seen.push(files.get('parts.jsonl')?.toString().split('\n')[0])
      for (const { state } of tenants) awake += state === 'active' ? 1 : -1
      most.awake = Math.max(most.awake, awake)
      await inner.setTenantStates(name, tenants)
    },
  })
  await backup(store, 'Thing', memoryStorage(files), { workers: 2 })
  t.equal(seen.length, 10, 'each of five is woken and put back')
  const plans = new Set(seen.map((line) => JSON.stringify(JSON.parse(line ?? 'null')?.plan?.tenants)))
  t.strictSame([...plans], [JSON.stringify(STATES)])
  t.equal(most.awake, 3, 'one for each worker, beside the one that was active')
})

t.test('the schema alone wakes nobody', async (t) => {
  const inner = openMemory()
  await fill(inner)
  let calls = 0
  const store = changedStore(inner, () => ({}), {
    async setTenantStates() {
      calls += 1
    },
  })
  await backup(store, 'Thing', memoryStorage(), { schemaOnly: true })
  t.equal(calls, 0)
})
