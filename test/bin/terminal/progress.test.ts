// How far a job is, as a person and a program see it.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { adds, home } from '../elysiactl.ts'

const schema = JSON.parse(readFileSync(new URL('../../../lib/schema/progress.json', import.meta.url), 'utf8'))
const INTO = ['--collection', 'c', '--batch-size', '10']

t.test('--progress json: stderr is JSON lines, stdout the document of --json alone', async (t) => {
  const { start } = home(t, { 'faulty.jsonl': `${adds(3)}not json\n` })
  const { child, ended, says } = start(['index', 'sync', '--stdin', ...INTO, '--json', '--progress', 'json'])
  child.stdin!.write(adds(30))
  await says('"message_type":"progress"')
  child.stdin!.write(adds(60))
  child.kill('SIGUSR1')
  child.stdin!.end()
  const { code, stdout, stderr } = await ended
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { status: 'done', records: 90 })
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const isLine = new Ajv2020({ strict: false }).compile(schema)
  for (const line of lines) t.ok(isLine(line), JSON.stringify({ line, errors: isLine.errors }))
  t.match(
    lines.find(({ event }) => event?.type === 'run_started'),
    { event: { kind: 'ingest' } },
  )
  t.match(
    lines.find(({ message_type: type }) => type === 'progress'),
    { unit: 'records', kind: 'ingest' },
  )
  t.match(lines.at(-1), { message_type: 'summary', done: 90, status: 'done', complete: true })
})

t.test('--progress json: what a command that is called says on stderr is a line, too', async (t) => {
  const { run } = home(t)
  const script = `echo from the producer >&2; echo '${adds(1).trim()}'; exit 4`
  const words = ['index', 'sync', ...INTO, '--progress', 'json', '--from-command', '--', 'sh', '-c', script]
  const { stderr } = await run(words)
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.ok(lines.some(({ text }) => text === 'from the producer'))
  t.ok(lines.some(({ code }) => code === 'ELYSIA_PRODUCER'))
})

t.test('--progress json: what ends a command is a line, too', async (t) => {
  const { run } = home(t)
  const { code, stderr } = await run(['index', 'process-jsonl', 'none.jsonl', ...INTO, '--progress=json'])
  t.equal(code, 10)
  t.match(JSON.parse(stderr.trimEnd().split('\n').at(-1)!), {
    message_type: 'error',
    code: 'ELYSIA_INPUT_MISSING',
  })
})

t.test('SIGUSR1 shows once how far it is; --progress none shows nothing else of it', async (t) => {
  const { start } = home(t)
  const { child, ended, says } = start(['index', 'sync', '--stdin', ...INTO, '--progress', 'none'])
  child.stdin!.write(adds(30))
  // Before it listens the signal would be the one that opens a debugger.
  await says('target')
  const asking = setInterval(() => child.kill('SIGUSR1'), 200)
  t.teardown(() => clearInterval(asking))
  await says('30 records').finally(() => clearInterval(asking))
  child.stdin!.end()
  const { stderr } = await ended
  t.match(stderr, /^ingest {2}30 records .*memory \d+(\.\d)? MiB$/m)
})

t.test('a run that gets nothing for --stall-after says whom it waits for, and when it goes on', async (t) => {
  const { start } = home(t)
  const { child, ended, says } = start(['index', 'sync', '--stdin', ...INTO, '--stall-after', '1s'])
  child.stdin!.write(adds(20))
  await says('waits for standard input')
  child.stdin!.end(adds(40))
  const { code, stderr } = await ended
  t.equal(code, 0)
  t.match(stderr, /nothing was acknowledged for \d+ s: waits for standard input/)
  t.match(stderr, /goes on after \d+ s/)
})

t.test('--max-memory bounds what records of 2 MB take; it says that it went slower', async (t) => {
  const { runApart } = home(t, { 'large.jsonl': adds(30, 'text '.repeat(400_000)) })
  const args = ['index', 'process-jsonl', 'large.jsonl', '--collection', 'c', '--max-memory', '200MB']
  const { code, stderr } = await runApart(args)
  t.equal(code, 0)
  t.match(stderr, /--max-memory [\d.]+ MiB slowed it down/)
  const [, mebibytes] = /memory peaked at (\d+\.?\d*) MiB/.exec(stderr) ?? []
  t.ok(Number(mebibytes) * 1.048576 < 220, `${mebibytes} MiB`)
})

t.test(
  '--profile says what held a run back, and keeps it with the run; --profile-out writes a trace',
  async (t) => {
    const { run, directory } = home(t, { 'changes.jsonl': adds(2000) })
    const args = ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c']
    const { code, stderr } = await run([
      ...args,
      '--profile',
      '--profile-out',
      't.json',
      '--progress',
      'json',
    ])
    t.equal(code, 0)
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const found = lines.find(({ message_type: type }) => type === 'profile')
    const isProfile = new Ajv2020({ strict: false }).compile(
      JSON.parse(readFileSync(new URL('../../../lib/schema/profile.json', import.meta.url), 'utf8')),
    )
    t.ok(isProfile(found.profile), JSON.stringify(isProfile.errors))
    const names = found.profile.stages.map(({ name }: { name: string }) => name)
    for (const name of ['read', 'split lines', 'make operations', 'write']) t.ok(names.includes(name), name)
    t.ok(JSON.parse(readFileSync(`${directory}/t.json`, 'utf8')).length > 2)
    const plain = await run([...args, '--profile', '--fresh'])
    t.match(plain.stderr, /^ {2}write +\d+ %/m)
    t.match(plain.stderr, /processor \d/)
  },
)
