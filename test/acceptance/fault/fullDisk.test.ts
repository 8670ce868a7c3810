// A full disk under the rejects file, the embedded store and the state file: an error that says so, exit 1, and no
// checkpoint of what was not written. With room the same command comes to its end.
import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, lstatSync, mkdirSync, mkdtempSync, openSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Report } from '../../../lib/core/report.ts'
import { type Ended, type Home, home } from '../../bin/elysiactl.ts'
import { weaviateDouble } from '../../double/double.ts'
import { change, contents, INTO, lines, rejectsIn } from '../command.ts'

const LINES = 1200
const TEXT = 'x'.repeat(1000)
const BAD = Array.from({ length: LINES }, (_, index) => index + 1).filter((line) => line % 10 === 0)
const INPUT = Array.from({ length: LINES }, (_, index) =>
  (index + 1) % 10 === 0
    ? `not json ${index} ${TEXT.repeat(4)}\n`
    : lines(change('add', `f${index + 1}`, { content: `${index} ${TEXT}` })),
).join('')

/** Room for so many KiB in each file, which root does not escape either; what is beyond fails with EFBIG. */
function roomFor(kib: number): string[] {
  return ['sh', '-c', `ulimit -f ${kib * 2}; exec "$@"`, 'sh']
}

/** What the report of a failed run tells of its end. */
interface Told {
  readonly code: string | RegExp
  readonly message: RegExp
}

interface World {
  readonly place: Home
  readonly flags: readonly string[]
  /** The same command again and again, with or without limits. */
  run(wrapper?: readonly string[]): Promise<Ended>
}

function enter(t: Test, ...flags: string[]): World {
  const place = home(t, { 'changes.jsonl': INPUT })
  const command = [
    'index',
    'process-jsonl',
    'changes.jsonl',
    ...INTO,
    '--json',
    '--batch-size',
    '100',
    ...flags,
  ]
  const run = (wrapper?: readonly string[]) => {
    if (wrapper === undefined) return place.run(command)
    const { child, ended } = place.start(command, wrapper)
    child.stdin!.end()
    return ended
  }
  return { place, flags, run }
}

/** That a run which found the disk full says so, claims no more than there is, and is ended by its like. */
async function recovers(t: Test, { place, flags, run }: World, failed: Ended, error: Told) {
  t.equal(failed.code, 1, failed.stderr)
  const first = JSON.parse(failed.stdout) as Report
  t.match(first, { status: 'failed', error })
  // The history, whose file has no more room than the others, may warn after that.
  const told = failed.stderr.split('\n').findLast((line) => line.startsWith('{'))
  t.match(JSON.parse(told ?? '{}'), error, 'and stderr has it')
  t.ok(first.lines < LINES, `${first.lines} lines were settled`)
  const target = flags.slice(flags.indexOf('--target'), flags.indexOf('--target') + 2)
  const there = await contents(place, target)
  const claimed = Array.from({ length: first.lines }, (_, index) => index + 1).filter(
    (line) => line % 10 !== 0,
  )
  t.ok(
    claimed.every((line) => `A:f${line}` in there),
    'what is claimed is there',
  )
  t.equal(first.written + first.unchanged, claimed.length)

  const { code, stdout } = await run()
  const last = JSON.parse(stdout) as Report
  t.equal(code, 3)
  t.match(last, { status: 'done', continued_from_line: first.lines, lines: LINES, records: LINES })
  t.equal(last.written + last.unchanged, LINES - BAD.length)
  t.strictSame(last.rejected, { not_json: BAD.length })
  t.equal(Object.keys(await contents(place, target)).length, LINES - BAD.length)
}

const onceEach = (t: Test, path: string) =>
  t.strictSame(
    rejectsIn(path).map(({ line }) => line),
    BAD,
  )

t.test(
  'a rejects file with no room left ends the run, and with room the same command ends it well',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const world = enter(t, '--target', double.target, '--rejects', 'rejects.jsonl')
    const error = { code: 'ELYSIA_STATE', message: /rejects file rejects\.jsonl cannot be written: EFBIG/ }
    await recovers(t, world, await world.run(roomFor(240)), error)
    onceEach(t, join(world.place.directory, 'rejects.jsonl'))
  },
)

t.test(
  'an embedded store with no room left ends the run, and with room the same command ends it well',
  async (t) => {
    const world = enter(t, '--target', 'sqlite:own.db', '--rejects', 'rejects.jsonl')
    const error = { code: 'ELYSIA_STORE', message: /own\.db/ }
    await recovers(t, world, await world.run(roomFor(600)), error)
    onceEach(t, join(world.place.directory, 'rejects.jsonl'))
  },
)

t.test(
  'a state file with no room left ends a run into a server, and with room the same command ends it',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const world = enter(t, '--target', double.target, '--batch-size', '20')
    const unopened = await world.run(roomFor(4))
    t.match(unopened, { code: 1, stderr: /"ELYSIA_STATE".*runs\.db/ }, 'not even room to begin')
    t.strictSame(double.collections.names(), [])
    const error = { code: 'ELYSIA_STATE', message: /runs\.db/ }
    await recovers(t, world, await world.run(roomFor(250)), error)
  },
)

const mounts = canMount() ? false : 'no right to mount a small disk'

t.test(
  'a disk that is full of store, state and rejects says so, and takes the rest when it has grown',
  { skip: mounts },
  async (t) => {
    // A run that was killed leaves its disk, and with it a directory that cannot be removed.
    spawnSync('umount', ['-l', join(t.testdirName, 'state')])
    const world = enter(t, '--target', 'sqlite:state/own.db', '--rejects', 'state/rejects.jsonl')
    const disk = join(world.place.directory, 'state')
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk])
    try {
      const full = await world.run()
      execFileSync('mount', ['-o', 'remount,size=64m', disk])
      await recovers(t, world, full, { code: /STORE|STATE/, message: /full|ENOSPC/ })
      onceEach(t, join(disk, 'rejects.jsonl'))
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  },
)

/** A device node of the test's own, which a wrong run may remove; undefined without the right to make one. */
function device(t: Test, name: string, minor: number): string | undefined {
  const path = join(t.testdirName, name)
  try {
    execFileSync('mknod', [path, 'c', '1', String(minor)], { stdio: 'ignore' })
    closeSync(openSync(path, 'w'))
    return path
  } catch {
    return undefined
  }
}

t.test('rejects go to a device such as /dev/null and /dev/full, which stays', async (t) => {
  const place = home(t, { 'changes.jsonl': lines('bad', change('add', 'a', { content: 'a' })) })
  const [nowhere, full] = [device(t, 'null', 3), device(t, 'full', 7)]
  if (nowhere === undefined || full === undefined) return t.pass('a device', { skip: 'no right to make one' })
  const command = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--rejects']
  t.equal((await place.run([...command, nowhere])).code, 3)
  t.match(await place.run([...command, full]), { code: 1, stderr: /full cannot be written: ENOSPC/ })
  for (const path of [nowhere, full]) t.ok(lstatSync(path).isCharacterDevice(), path)
})

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory], { stdio: 'ignore' })
    execFileSync('umount', [directory])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(directory)
  }
}
