// Readers and writers at the other ends of the pipes, in a shell as a person has it.
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { adds, home } from '../../bin/elysiactl.ts'
import { change, contents, INTO, lines, processed } from '../command.ts'

/** Puts a shell in front of the command, which is "$@" in its script. */
const shell = (script: string) => ['bash', '-c', script, 'bash']

t.test('`col cat | head -1` shows one object, quietly, and the command ends with 141', async (t) => {
  const place = home(t)
  const objects = Array.from({ length: 3000 }, (_, n) =>
    change('add', `f${n}`, { content: 'x'.repeat(1000) }),
  )
  await processed(place, lines(...objects))
  const script = '"$@" | { head -1; }; echo "exit $PIPESTATUS"'
  const { ended } = place.start(['col', 'cat', 'SourceCode', '-q'], shell(script))
  const { stdout, stderr } = await ended
  t.equal(stderr, '')
  t.match(stdout, /^\{"id":.*\}\nexit 141\n$/)
})

t.test('3 MB of JSON arrive whole in a pipe that is read slowly', async (t) => {
  const place = home(t)
  const content = 'äöü\n'.repeat(500_000)
  await processed(place, lines(change('add', 'large', { content })))
  const { child, ended } = place.start(['col', 'cat', 'SourceCode'])
  child.stdout!.pause()
  await setTimeout(500)
  child.stdout!.resume()
  const { code, stdout } = await ended
  t.equal(code, 0)
  t.ok(Buffer.byteLength(stdout) > 3_000_000, `${Buffer.byteLength(stdout)} bytes`)
  t.ok((JSON.parse(stdout) as { properties: { content: string } }).properties.content === content)
})

t.test('3 MB of one JSON document arrive whole: faults of a whole file', async (t) => {
  const { run } = home(t, { 'bad.jsonl': 'bad\n'.repeat(40_000) })
  const { code, stdout } = await run(['index', 'validate', '--json', 'bad.jsonl'])
  t.equal(code, 3)
  t.ok(stdout.length > 3_000_000, `${stdout.length} characters`)
  t.match(JSON.parse(stdout), { lines: 40_000, records: 40_000 })
  t.equal((JSON.parse(stdout) as { faults: unknown[] }).faults.length, 40_000)
})

t.test('with stderr closed a run does its work, and its report arrives', async (t) => {
  const place = home(t, { 'changes.jsonl': `${adds(3)}bad\n` })
  const command = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--json']
  const { code, stdout } = await place.start(command, shell('exec "$@" 2>&-')).ended
  t.equal(code, 3)
  t.match(JSON.parse(stdout), { written: 3, rejected: { not_json: 1 } })
  t.equal(Object.keys(await contents(place)).length, 3)
})

t.test(
  'Ctrl-C in a pipeline reaches producer and command: what came is settled, and the exit code is 130',
  async (t) => {
    const place = home(t)
    const produce = `printf '%s\\n' "$LINE"; sleep 30`
    const record = lines(change('add', 'a', { content: 'a' })).trimEnd()
    const command = ['index', 'sync', ...INTO, '--json', '--batch-size', '1', '-v']
    const producer = ['--from-command', '--', 'sh', '-c', produce.replace('"$LINE"', `'${record}' bad`)]
    // A session of its own is a process group of its own, to which a terminal would send the signal.
    const { child, ended, says } = place.start([...command, ...producer], ['setsid'])
    await says('line 2: not_json')
    process.kill(-child.pid!, 'SIGINT')
    const { code, stdout } = await ended
    t.equal(code, 130)
    t.match(JSON.parse(stdout), { status: 'interrupted', records: 2, written: 1 })
    t.strictSame(await contents(place), { 'A:a': 'a' })
  },
)
