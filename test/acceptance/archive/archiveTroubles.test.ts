// Backups that meet something in their way: each other, a cleanup, a place that cannot be written, writers, an outage.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openStore } from '../../../lib/store/open.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { type Home, home } from '../../bin/elysiactl.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { type DoubleProcess, doubleProcess } from '../../double/process.ts'
import { thing } from '../../job/backup/archived.ts'
import {
  appears,
  cat,
  embedded,
  fill,
  listed,
  partsIn,
  report,
  restoreReport,
  verifyReport,
} from './archives.ts'

const OBJECTS = 300
const BACKUP = ['col', 'backup', 'Thing']
const SMALL = ['--part-size', '4KiB', '--compression', 'none', '--workers', '1']

interface World<Server> {
  readonly place: Home
  readonly double: Server
  readonly target: readonly string[]
  readonly archive: string
}

/** A server with things that gives so many pages of them and keeps the next until its faults are cleared. */
async function paused(t: Test, after: number): Promise<World<Double>> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const world = await furnished(home(t), double)
  double.faults.inject({ fault: 'pause', on: 'Search', skip: after })
  return world
}

/** The same in a process of its own, which can be killed. */
async function pausedApart(t: Test, after: number): Promise<World<DoubleProcess>> {
  const place = home(t)
  const double = await doubleProcess(join(place.directory, 'double.jsonl'))
  t.teardown(() => double.stop().catch(() => {}))
  const world = await furnished(place, double)
  await double.inject({ fault: 'pause', on: 'Search', skip: after })
  return world
}

async function furnished<Server extends { readonly target: string }>(place: Home, double: Server) {
  await fill(double.target, OBJECTS)
  return { place, double, target: ['--target', double.target], archive: join(place.directory, 'archive') }
}

async function requireWhole(t: Test, place: Home, archive: string, objects = OBJECTS): Promise<void> {
  const ended = await place.run(['col', 'catalog', 'verify', archive, '--level', 'records', '--json'])
  t.match(verifyReport(ended), { status: 'complete', objects_checked: objects }, ended.stderr)
}

t.test('of two backups into one place at once the second is exit 11, however it is spelled', async (t) => {
  const { place, double, target, archive } = await paused(t, 2)
  const first = place.start([...BACKUP, ...target, ...SMALL, '--to', 'archive'])
  await partsIn(archive, 1)
  for (const [to, ...more] of [['archive'], ['./archive/'], [archive], ['archive', '--resume']] as const) {
    const { code, stderr } = await place.run([...BACKUP, ...target, '--to', to, ...more])
    t.match(
      { code, stderr },
      { code: 11, stderr: /busy with a backup into .*archive/ },
      [to, ...more].join(' '),
    )
  }
  double.faults.clear()
  const { code, stderr } = await first.ended
  t.equal(code, 0, stderr)
  await requireWhole(t, place, archive)

  double.faults.inject({ fault: 'pause', on: 'Search' })
  const file = place.start([...BACKUP, ...target, '--to', 'one.jsonl.zst'])
  await appears(place.directory, /^one\.jsonl\.zst\.unfinished/)
  t.match(await place.run([...BACKUP, ...target, '--to', './one.jsonl.zst']), {
    code: 11,
    stderr: /one\.jsonl\.zst/,
  })
  double.faults.clear()
  t.equal((await file.ended).code, 0)
  await requireWhole(t, place, join(place.directory, 'one.jsonl.zst'))
})

t.test('a cleanup during a backup is exit 11, or waits for it, and takes nothing that is good', async (t) => {
  const { place, double, target } = await paused(t, 0)
  double.faults.clear()
  t.equal((await place.run([...BACKUP, ...target])).code, 0)
  double.faults.inject({ fault: 'pause', on: 'Search' })
  const cleanup = ['col', 'catalog', 'cleanup', '--keep-last', '1', '--yes', '--json']
  const second = place.start([...BACKUP, ...target, ...SMALL, '--json'])
  await appears(join(place.directory, 'data/elysiactl/backups/.locks'), /\.json$/)
  const refused = await place.run(cleanup)
  t.match(refused, { code: 11, stderr: /a backup into [\s\S]*--retry-lock/ })
  const waiting = place.start([...cleanup, '--retry-lock', '60s'])
  await waiting.says('waits for a backup into')
  t.equal((await listed(place, '--status', 'complete')).length, 1, 'it waits, and removes nothing meanwhile')
  double.faults.clear()
  const made = await second.ended
  t.equal(made.code, 0, made.stderr)
  const { code, stdout, stderr } = await waiting.ended
  t.equal(code, 0, stderr)
  t.equal(JSON.parse(stdout).removed.length, 1, stdout)
  const [left, ...more] = await listed(place, '--status', 'complete')
  t.strictSame([left!.id, more], [report(made).archive, []], 'the older one was removed')
  await requireWhole(t, place, String(left!.location))
})

t.test('a backup during a cleanup is exit 11, or waits until it has ended', async (t) => {
  const place = home(t)
  const target = ['--target', embedded(place)]
  await fill(embedded(place), 20)
  t.equal((await place.run([...BACKUP, ...target])).code, 0)
  const lock = join(place.directory, 'data/elysiactl/backups/.locks/0123456789abcdef.json')
  const held = { kind: 'exclusive', purpose: 'cleanup', since: '2026-01-01T00:00:00Z', heartbeatMs: 30_000 }
  const by = { id: '0123456789abcdef', pid: 1, host: 'elsewhere', user: 'ann', counter: 1 }
  writeFileSync(lock, JSON.stringify({ ...held, ...by }))
  t.match(await place.run([...BACKUP, ...target]), { code: 11, stderr: /cleanup since .*ann on elsewhere/ })
  t.equal((await listed(place)).length, 1, 'nothing was begun')
  const waiting = place.start([...BACKUP, ...target, '--retry-lock', '60s'])
  await waiting.says('waits for a cleanup')
  rmSync(lock)
  t.equal((await waiting.ended).code, 0)
  t.equal((await listed(place, '--status', 'complete')).length, 2)
})

t.test(
  'a directory that cannot be written to is exit 1 and says so; what lies there is read all the same',
  { skip: !canMount() && 'a file system cannot be mounted here' },
  async (t) => {
    const place = home(t)
    const target = ['--target', embedded(place)]
    await fill(embedded(place), 50)
    const disk = join(place.directory, 'disk')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', disk])
    try {
      t.equal((await place.run([...BACKUP, ...target, '--to', 'disk/there'])).code, 0)
      execFileSync('mount', ['-o', 'remount,ro', disk])
      for (const to of ['disk/archive', 'disk/one.jsonl', 'disk']) {
        const { code, stderr } = await place.run([...BACKUP, ...target, '--to', to])
        t.match({ code, stderr }, { code: /^[15]$/, stderr: /EROFS|read-only|not empty/i }, to)
      }
      t.notOk(existsSync(join(disk, 'archive')))
      await requireWhole(t, place, join(disk, 'there'), 50)
      const restored = await place.run([
        'col',
        'restore',
        'disk/there',
        ...target,
        '--name',
        'Copy',
        '--json',
      ])
      t.match(restoreReport(restored), { status: 'done', written: 50 }, restored.stderr)
    } finally {
      execFileSync('umount', [disk])
    }
  },
)

t.test('a collection that is written to meanwhile: the manifest has both counts and says so', async (t) => {
  const { place, double, target, archive } = await paused(t, 2)
  const begun = place.start([...BACKUP, ...target, ...SMALL, '--to', 'archive', '--json'])
  await partsIn(archive, 1)
  const store = await openStore(parseTarget(double.target))
  const more = Array.from({ length: 200 }, (_, n) => thing(2 * n + 1, 2 * OBJECTS + 1))
  await store.collection('Thing').write(more)
  await store.close()
  double.faults.clear()
  const { code, stdout, stderr } = await begun.ended
  t.equal(code, 0, stderr)
  const { counts, consistency, objects } = JSON.parse(stdout)
  t.match(counts, { before: OBJECTS, after: OBJECTS + 200, written: objects })
  t.ok(objects >= OBJECTS && objects <= OBJECTS + 200, `${objects} were found`)
  t.match(consistency, /was written to meanwhile/)
  const { manifest } = JSON.parse(readFileSync(join(archive, 'manifest.json'), 'utf8'))
  t.strictSame([manifest.counts, manifest.consistency], [counts, consistency])
  await requireWhole(t, place, archive, objects)
})

t.test('a server that is killed and comes back: the backup waits, says so and goes on', async (t) => {
  const { place, double, target, archive } = await pausedApart(t, 2)
  const { ended, says, child } = place.start([...BACKUP, ...target, ...SMALL, '--to', 'archive', '--json'])
  await partsIn(archive, 2)
  await double.kill()
  await says('tries again in')
  await setTimeout(2000)
  t.equal(child.exitCode, null, 'it waits')
  const back = await double.again()
  t.teardown(() => back.stop())
  const { code, stdout, stderr } = await ended
  t.equal(code, 0, stderr)
  t.match(JSON.parse(stdout), {
    objects: OBJECTS,
    counts: { before: OBJECTS, after: OBJECTS, written: OBJECTS },
  })
  t.ok(JSON.parse(stdout).retries >= 1)
  await requireWhole(t, place, archive)
})

t.test('a server that stays away is exit 13, and --resume finishes the backup when it is back', async (t) => {
  const { place, double, target, archive } = await pausedApart(t, 2)
  const flags = [...target, ...SMALL, '--retry-for', '1s', '--to', 'archive', '--json']
  const { ended } = place.start([...BACKUP, ...flags])
  await partsIn(archive, 2)
  await double.kill()
  const { code, stderr } = await ended
  t.match({ code, stderr }, { code: 13, stderr: /gave up after 1 s: .*ECONNREFUSED/ })
  t.match(await listed(place), [{ status: 'partial' }])
  const restore = ['col', 'restore', 'archive', '--target', embedded(place)]
  t.equal((await place.run(restore)).code, 4, 'it is no archive')
  t.equal((await place.run([...BACKUP, ...flags, '--resume'])).code, 13, 'and stays so')
  const back = await double.again()
  t.teardown(() => back.stop())
  const resumed = await place.run([...BACKUP, ...flags, '--resume', '--workers', '3'])
  t.equal(resumed.code, 0, resumed.stderr)
  const { parts_kept: kept, parts, objects } = report(resumed)
  t.ok(kept >= 2 && kept < parts, `${kept} of ${parts} parts were kept`)
  t.equal(objects, OBJECTS)
  t.match(await listed(place), [{ status: 'complete', objects: OBJECTS }])
  await requireWhole(t, place, archive)
  t.equal((await place.run(restore)).code, 0)
  t.strictSame(await cat(place, 'Thing', embedded(place)), await cat(place, 'Thing', back.target))
})

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-'))
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
