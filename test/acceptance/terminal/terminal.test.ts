// What a person sees while a run goes on: on a terminal, in a pipe, with --quiet and with NO_COLOR.
import { spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { adds, type Ended, type Files, type Home, home } from '../../bin/elysiactl.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import { INTO } from '../command.ts'

const ESCAPE = '\u001b'
const COLOR = new RegExp(`${ESCAPE}\\[\\d+m`)
const skip = spawnSync('script', ['--version']).error ? 'no script of util-linux' : false

/** Runs it with all three on a terminal of its own; what that showed is in stdout. */
async function onTerminal(place: Home, args: readonly string[]): Promise<Ended> {
  const wrapper = [
    'sh',
    '-c',
    'exec script --quiet --return --command "$(printf "\'%s\' " "$@")" /dev/null',
    'sh',
  ]
  const { child, ended } = place.start(args, wrapper)
  child.stdin!.on('error', () => {})
  const result = await ended
  child.stdin!.destroy()
  return result
}

/** A server that takes its time, so that there is something to look on. */
async function slow(t: Test): Promise<Double> {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 150 })
  return double
}

const FILE: Files = { 'changes.jsonl': adds(200) }
const PROCESS = ['index', 'process-jsonl', 'changes.jsonl', ...INTO]

t.test('--quiet shows nothing on a terminal either', { skip }, async (t) => {
  const target = ['--target', (await slow(t)).target]
  t.match(await onTerminal(home(t, FILE), [...PROCESS, ...target, '-q']), { code: 0, stdout: '' })
})

t.test('an error is colored on a terminal, and not with NO_COLOR', { skip }, async (t) => {
  const wrong = ['index', 'process-jsonl', 'none.jsonl', ...INTO]
  const colored = await onTerminal(home(t, {}, { TERM: 'xterm-256color' }), wrong)
  t.match(colored, { code: 10, stdout: COLOR })
  const plain = await onTerminal(home(t, {}, { TERM: 'xterm-256color', NO_COLOR: '1' }), wrong)
  t.match(plain, { code: 10, stdout: /error: there is no file none\.jsonl/ })
  t.notMatch(plain.stdout, ESCAPE)
})

t.test(
  'the history knows whether a person at a terminal could read why a run failed',
  { skip },
  async (t) => {
    const place = home(t)
    const wrong = ['index', 'process-jsonl', 'none.jsonl', ...INTO]
    t.equal((await onTerminal(place, wrong)).code, 10)
    t.equal((await place.runApart(wrong)).code, 10)
    const { runs } = JSON.parse((await place.run(['runs', 'list', '--json'])).stdout)
    const known = runs.map(({ status, trigger, terminal }: Record<string, unknown>) => [
      status,
      trigger,
      terminal,
    ])
    t.strictSame(known, [
      ['failed', 'user', false],
      ['failed', 'user', true],
    ])
  },
)

t.test('in a pipe there is neither bar nor color', async (t) => {
  const target = ['--target', (await slow(t)).target]
  const { run } = home(t, FILE, { TERM: 'xterm-256color' })
  const done = await run([...PROCESS, ...target])
  t.match(done, { code: 0, stdout: '', stderr: /written +200/ })
  t.notMatch(done.stderr, /%/)
  const failed = await run(['index', 'process-jsonl', 'none.jsonl', ...INTO])
  t.equal(failed.code, 10)
  for (const { stderr } of [done, failed]) t.notMatch(stderr, ESCAPE)
})

t.test('in a pipe a long run says every few seconds how far it is, and with --quiet nothing', async (t) => {
  const sync = ['index', 'sync', '--stdin', ...INTO, '--target']
  const { start } = home(t)
  const loud = start([...sync, 'sqlite:loud.db'])
  const quiet = start([...sync, 'sqlite:quiet.db', '--quiet'])
  for (const { child } of [loud, quiet]) child.stdin!.write(adds(3))
  const before = performance.now()
  await loud.says('3 records')
  t.ok(performance.now() - before > 2000, 'not for every batch')
  for (const { child } of [loud, quiet]) child.stdin!.end()
  t.match(await loud.ended, { code: 0, stderr: /\n3 records( {2}[\d.]+\/s)?\n/ })
  t.match(await quiet.ended, { code: 0, stdout: '', stderr: '' })
})

t.test('a run that cannot finish what is in flight ends after --shutdown-timeout', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'changes.jsonl': adds(20) })
  double.faults.inject({ fault: 'hang', on: 'BatchObjects', skip: 3 })
  const flags = ['--target', double.target, '--batch-size', '5', '--workers', '1', '--json']
  const { child, ended, says } = place.start([...PROCESS, ...flags, '--shutdown-timeout', '700ms'])
  while ((double.calls.by.BatchObjects ?? 0) < 4) await setTimeout(5)
  const before = performance.now()
  child.kill('SIGTERM')
  await says('stopping (SIGTERM): finishing 1 batch; again to abort')
  const { code, stdout, stderr } = await ended
  const waited = performance.now() - before
  t.ok(waited >= 700 && waited < 5000, `${Math.round(waited)} ms`)
  t.equal(code, 143)
  t.match(stderr, /the time to shut down is over/)
  t.match(JSON.parse(stdout), { status: 'interrupted', lines: 10, written: 10 })
  double.faults.clear()
  const again = await place.run([...PROCESS, ...flags])
  t.match(JSON.parse(again.stdout), { status: 'done', continued_from_line: 10, lines: 20, written: 20 })
})
