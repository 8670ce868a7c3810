import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { oneFile } from '../../run/oneFile.ts'
import { somePoints } from '../runs.ts'
import { THING, thing } from './archived.ts'

const OBJECTS = 300
const PART_BYTES = 12_000
const child = oneFile(new URL('./child.ts', import.meta.url))

// Each step of the protocol by which parts and manifest become durable; complete says what counts after it.
const STEPS: readonly [point: string, complete: boolean][] = [
  ['part.before-commit:2', false],
  ['part.after-commit:2', false],
  ['backup.before-note:2', false],
  ['backup.after-note:2', false],
  ['backup.before-seal', false],
  ['backup.before-copy', false],
  ['backup.before-manifest', false],
  ['backup.before-journal', true],
]

async function filled(t: Test): Promise<string> {
  const database = join(t.testdir(), 'store.db')
  const store = await openSqlite(database)
  await store.create(THING)
  await store.collection('Thing').write(Array.from({ length: OBJECTS }, (_, n) => thing(n, OBJECTS)))
  await store.close()
  return database
}

function run(args: readonly string[], failpoint?: string) {
  return spawnSync(process.execPath, [child, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ELYSIACTL_TEST: '1', ...(failpoint && { ELYSIACTL_FAILPOINT: failpoint }) },
  })
}

async function resume(database: string, directory: string): Promise<void> {
  const store = await openSqlite(database)
  const options = { partSize: PART_BYTES, compression: 'none' }
  await backup(store, 'Thing', directoryStorage(directory), options, { resume: true })
  await store.close()
}

t.test(
  'killed at any step, a backup never counts as complete before it is, and --resume finishes it',
  async (t) => {
    const database = await filled(t)
    for (const [point, complete] of somePoints(STEPS, 3)) {
      const directory = join(t.testdirName, point.replace(/\W/g, '-'))
      const killed = run([database, directory, String(PART_BYTES)], point)
      t.equal(killed.signal, 'SIGKILL', `${point}: dies there`)
      const opened = openArchive(directoryStorage(directory))
      if (complete) await t.resolves(opened, `${point}: is whole`)
      else await t.rejects(opened, { code: 'ELYSIA_DAMAGED' }, `${point}: is not complete`)
      await resume(database, directory)
      const report = await verify(directoryStorage(directory), { level: 'records' })
      t.strictSame([report.status, report.objects_checked], ['complete', OBJECTS], point)
      const left: string[] = []
      const { manifest } = await openArchive(directoryStorage(directory))
      const known = new Set(manifest.parts.map(({ file }) => file))
      for await (const { name } of directoryStorage(directory).list('parts'))
        if (!known.has(name)) left.push(name)
      for await (const { name } of directoryStorage(directory).unfinished()) left.push(name)
      t.strictSame(left, [], `${point}: nothing is left beside the parts`)
    }
  },
)

t.test(
  'a full disk ends a backup with what to do next, and --resume finishes it when there is room',
  { skip: !canMount() && 'a file system of 256 KiB cannot be mounted here' },
  async (t) => {
    const database = await filled(t)
    const disk = join(t.testdirName, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k', 'none', disk])
    try {
      const directory = join(disk, 'archive')
      const full = run([database, directory, String(PART_BYTES)])
      t.not(full.status, 0)
      t.match(full.stderr, /ELYSIA_STATE/)
      t.match(full.stderr, /--resume/)
      await t.rejects(openArchive(directoryStorage(directory)), { code: 'ELYSIA_DAMAGED' })
      execFileSync('mount', ['-o', 'remount,size=2m', disk])
      await resume(database, directory)
      t.equal((await verify(directoryStorage(directory), { level: 'records' })).objects_checked, OBJECTS)
    } finally {
      execFileSync('umount', [disk])
    }
  },
)

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory], { stdio: 'ignore' })
    execFileSync('umount', [directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmdirSync(directory)
  }
}
