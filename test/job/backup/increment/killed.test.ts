// Killed at any step, an increment counts for nothing before it is whole; --resume finishes it, of the same base.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { openChain } from '../../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { verify } from '../../../../lib/job/verify/verify.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'
import { oneFile } from '../../../run/oneFile.ts'
import { somePoints } from '../../runs.ts'
import { directory } from '../../targets.ts'
import { idOf, THING, thing } from '../archived.ts'
import { digestIn, digestOf } from './increment.ts'

const OBJECTS = 300
const PART_BYTES = 12_000
const child = oneFile(new URL('./incrementChild.ts', import.meta.url))

const STEPS: readonly [point: string, complete: boolean][] = [
  ['part.after-commit:2', false],
  ['backup.before-note:2', false],
  ['backup.after-note:2', false],
  ['backup.before-seal', false],
  ['backup.before-manifest', false],
  ['backup.before-journal', true],
]

function run(args: readonly string[], failpoint?: string) {
  return spawnSync(process.execPath, [child, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ELYSIACTL_TEST: '1', ...(failpoint && { ELYSIACTL_FAILPOINT: failpoint }) },
  })
}

/** What is resumed knows its base. */
async function resume(database: string, root: string, name: string): Promise<void> {
  const store = await openSqlite(database)
  const context = { findArchive: findBelow([root]), resume: true }
  await backup(store, 'Thing', directoryStorage(join(root, name)), { partSize: PART_BYTES }, context)
  await store.close()
}

t.test('an increment that was killed at any step is finished by --resume', async (t) => {
  const root = directory(t)
  const database = join(root, 'store.db')
  const store = await openSqlite(database)
  await store.create(THING)
  const collection = store.collection('Thing')
  await collection.write(Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)))
  await backup(store, 'Thing', directoryStorage(join(root, 'full')), {})
  const some = Array.from({ length: OBJECTS / 2 }, (_, n) => n * 2)
  await collection.write(some.map((n) => ({ ...thing(n + 1), id: idOf(n, OBJECTS) })))
  await collection.remove(some.map((n) => idOf(n + 1, OBJECTS)).slice(0, 60))
  const digest = await digestOf(collection)
  await store.close()
  for (const [point, complete] of somePoints(STEPS, 2)) {
    const name = point.replace(/\W/g, '-')
    const storage = directoryStorage(join(root, name))
    t.equal(run([database, root, name, String(PART_BYTES)], point).signal, 'SIGKILL', `${point}: dies there`)
    const opened = openArchive(storage)
    if (complete) await t.resolves(opened, `${point}: is whole`)
    else await t.rejects(opened, { code: 'ELYSIA_DAMAGED' }, `${point}: is not complete`)
    await resume(database, root, name)
    const chain = await openChain(await openArchive(storage), findBelow([root]))
    t.equal(await digestIn(chain), digest, `${point}: it is the collection`)
    const { status } = await verify(storage, { level: 'records' }, { findArchive: findBelow([root]) })
    t.equal(status, 'complete', point)
    const { parts, index = [] } = chain.newest.manifest
    const known = new Set([...parts, ...index].map(({ file }) => file))
    for await (const { name: file } of storage.list())
      if (/^(parts|index)\//.test(file)) t.ok(known.has(file), `${point}: ${file} is of the archive`)
  }
})
