// The exit codes: of the real process where it is helped, interrupted or cut off, where it calls another, and with rejects.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { adds, type Ended, type Home, home, type Started } from '../elysiactl.ts'

const INTO = ['--collection', 'c']
const SYNC = ['index', 'sync', '--stdin', ...INTO]

t.test('0 with the help of the program, a group and a command, on stdout', async (t) => {
  const { runApart: run } = home(t)
  const [all, group, one] = await Promise.all([
    run(['--help']),
    run(['index', '--help']),
    run(['index', 'process-jsonl', '--help']),
  ])
  for (const { code, stderr } of [all, group, one]) t.match({ code, stderr }, { code: 0, stderr: '' })
  t.match(all.stdout, /index process-jsonl +\S/)
  t.match(group.stdout, /index sync +\S/)
  t.match(
    one.stdout,
    /-j, --workers auto\|N +batches in flight at once; auto finds how many\s+\[default: auto\]/,
  )
  t.match(one.stdout, /Examples:\n {2}elysiactl index process-jsonl/)
})

t.test('0 with the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  t.same(await home(t).runApart(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('1 where the command that produces the input fails, after what came is in', async (t) => {
  const { runApart: run } = home(t, { 'changes.jsonl': adds(3) })
  const produce = (script: string) =>
    run(['index', 'sync', ...INTO, '--json', '--from-command', '--', 'sh', '-c', script])
  const { code, stdout, stderr } = await produce('cat changes.jsonl; exit 7')
  t.equal(code, 1)
  t.match(JSON.parse(stdout), { status: 'failed', written: 3, error: { code: 'ELYSIA_PRODUCER' } })
  t.match(stderr, /"code":"ELYSIA_PRODUCER","message":"sh failed with exit code 7"/)
})

t.test('1 where the producing command does not exist', async (t) => {
  const { code, stderr } = await home(t).runApart([
    'index',
    'sync',
    ...INTO,
    '--from-command',
    '--',
    './none',
  ])
  t.equal(code, 1)
  t.match(stderr, /\.\/none cannot be started/)
})

t.test('1 with more rejects than --max-errors', async (t) => {
  const { code, stderr } = await home(t).run([...SYNC, '--max-errors', '1'], 'a\nb\n')
  t.equal(code, 1)
  t.match(stderr, /2 of 2 records were rejected/)
})

const MISUSES: readonly (readonly [args: readonly string[], hint: RegExp])[] = [
  [['indx'], /did you mean index\?/],
  [['backup', 'c'], /did you mean col backup\?/],
  [['dump'], /did you mean col backup\?/],
  [['catalog', 'list'], /did you mean col catalog\?/],
  [['index', 'restore'], /did you mean col restore\?/],
  [['show'], /did you mean col show, col catalog show, runs show or config show\?/],
  [['col', 'catalog', 'prune'], /did you mean col catalog cleanup\?/],
  [['col', 'ls', '--target', 'localhost:8080'], /did you mean http:\/\/localhost:8080\?/],
  [['col', 'backup', 'c', '--format', 'parket'], /did you mean parquet\?/],
  [['col', 'catalog', 'cleanup', '--older-than', '30'], /a period such as 30d.*did you mean 30d\?/],
  [['col', 'catalog', 'list', '--since', '2w'], /did you mean 14d\?/],
  [[...SYNC, '--retry-for', '30'], /did you mean 30s\?/],
  [['index', 'proces-jsonl'], /did you mean index process-jsonl\?/],
  [[...SYNC, '--colection', 'c'], /did you mean --collection\?/],
  [['index', 'process-jsonl', ...INTO], /no file is given/],
  [['index', 'sync', '--stdin'], /--collection is missing/],
  [['index', 'sync', ...INTO], /no input is given/],
  [['index', 'sync', ...INTO, '--from-command'], /names no command/],
  [['index', 'sync', ...INTO, '-', '--from-command', '--', 'true'], /two inputs/],
  [[...SYNC, '--batch-bytes', '1000'], /a unit is needed/],
  [[...SYNC, '--workers', '0'], /it takes 1 to 64/],
  [[...SYNC, '--target', 'ftp://x'], /not a target/],
]

t.test('2 for wrong usage, with the nearest right one, before anything is done', async (t) => {
  const { run } = home(t)
  for (const [args, hint] of MISUSES) {
    const { code, stdout, stderr } = await run(args)
    t.match({ code, stdout }, { code: 2, stdout: '' }, args.join(' '))
    t.match(stderr, hint)
  }
})

t.test('2 for a key on the command line, which is not repeated', async (t) => {
  const { code, stderr } = await home(t).run([...SYNC, '--api-key', 'hunter2'])
  t.equal(code, 2)
  t.notMatch(stderr, /hunter2/)
})

t.test('3 with rejects', async (t) => {
  t.equal((await home(t).runApart(SYNC, 'not json\n')).code, 3)
})

t.test('4 where compressed input is cut short', async (t) => {
  const whole = gzipSync(adds(500))
  const { run } = home(t, { 'cut.jsonl.gz': whole.subarray(0, whole.length - 20) })
  const { code, stderr } = await run(['index', 'process-jsonl', 'cut.jsonl.gz', ...INTO])
  t.equal(code, 4, stderr)
})

t.test('5 where the collection does not fit', async (t) => {
  const { run } = home(t)
  t.equal((await run(SYNC, adds(1))).code, 0)
  const { code, stderr } = await run([...SYNC, '--tenant', 'a'], adds(1))
  t.equal(code, 5)
  t.match(stderr, /it has no tenants/)
})

t.test('10 for a file that is not there, before the others are begun', async (t) => {
  const { run } = home(t, { 'changes.jsonl': adds(1) })
  const { code, stderr } = await run([
    'index',
    'process-jsonl',
    'changes.jsonl',
    'none.jsonl',
    ...INTO,
    '--json',
  ])
  t.equal(code, 10)
  t.match(JSON.parse(stderr), { code: 'ELYSIA_INPUT_MISSING', message: 'there is no file none.jsonl' })
})

t.test('10 with --no-create where there is no collection', async (t) => {
  t.equal((await home(t).run([...SYNC, '--no-create'], adds(1))).code, 10)
})

t.test('11 while another process has the same run', async (t) => {
  const place = home(t)
  const { child, ended } = await begun(place)
  const { code, stderr } = await place.runApart(SYNC, adds(1))
  t.equal(code, 11)
  t.match(stderr, /another process is busy/)
  child.stdin!.end()
  t.equal((await ended).code, 3)
})

t.test('12 where the server refuses the key', async (t) => {
  const double = await weaviateDouble({ apiKey: 'right' })
  t.teardown(() => double.stop())
  const { code, stderr } = await home(t).run([...SYNC, '--target', double.target], adds(1))
  t.equal(code, 12, stderr)
})

t.test('13 where no server listens', async (t) => {
  const target = `http://127.0.0.1:${await closedPort()}`
  const { code, stderr } = await home(t).run([...SYNC, '--target', target, '--retry-for', '0'], adds(1))
  t.equal(code, 13, stderr)
})

for (const [signal, expected] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  t.test(`${expected} after ${signal}, with a report of what is settled`, async (t) => {
    const { child, ended } = await begun(home(t), ['--json'])
    child.kill(signal)
    const { code, stdout } = await ended
    t.equal(code, expected)
    t.match(JSON.parse(stdout), { status: 'interrupted', rejected: { not_json: 1 } })
  })
}

/** Lets a server that has written something answer no more, then ends the ingest by two signals. */
async function endTwice(double: Double, { child, ended, says }: Started, more = ''): Promise<Ended> {
  while (double.objects('C').length < 2) await setTimeout(5)
  double.faults.inject({ fault: 'hang', on: 'BatchObjects' })
  const before = double.calls.by.BatchObjects ?? 0
  if (more !== '') child.stdin!.write(more)
  while ((double.calls.by.BatchObjects ?? 0) === before) await setTimeout(5)
  child.kill('SIGINT')
  await says('again to abort')
  child.kill('SIGINT')
  return ended
}

t.test('130 at once after a second SIGINT, while a server hangs', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'changes.jsonl': adds(500) })
  const small = ['--batch-size', '2', '--workers', '1', '--target', double.target]
  const run = place.start(['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...small])
  t.equal((await endTwice(double, run)).code, 130)
})

t.test('1 after a second SIGINT, where lines of a pipe were taken and are written nowhere', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const run = await begun(home(t), ['--target', double.target])
  const { code, stderr } = await endTwice(double, run, adds(5, 'new'))
  t.equal(code, 1)
  t.match(stderr, /the lines \d+ to \d+ of .* were taken and are not written/)
})

t.test('141 where the reader of the report went away', async (t) => {
  const { child, ended } = home(t).start([...SYNC, '--json'])
  child.stdout!.destroy()
  child.stdin!.end(adds(1))
  t.equal((await ended).code, 141)
})

t.test('a closed stderr changes nothing', async (t) => {
  const { child, ended } = home(t).start(SYNC)
  child.stderr!.destroy()
  child.stdin!.end(adds(1))
  t.equal((await ended).code, 0)
})

/** A run that has settled one rejected line, and waits for more. */
async function begun(place: Home, more: readonly string[] = []) {
  const run = place.start([...SYNC, ...more, '-v', '--batch-size', '1'])
  run.child.stdin!.write(`not json\n${adds(2)}`)
  await run.says('line 1: not_json')
  return run
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
