import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { adds, type Home, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname
const INTO = ['--collection', 'held', '--target', 'sqlite:store.db']
const HASH = '0123456789abcdef0123456789abcdef01234567'

/** Runs a line of bash in which `$E` is the command. */
async function bash({ directory }: Home, line: string) {
  const env = { PATH: process.env.PATH, E: `${process.execPath} ${COMMAND}`, HOME: directory }
  const child = spawn('bash', ['-c', line], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const code = new Promise((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

t.test('a pipe that a shell names is read, and so is standard input by its name', async (t) => {
  const place = home(t, { 'changes.jsonl': adds(3) })
  const to = (collection: string) => `--collection ${collection} --target sqlite:store.db --json`
  const lines = [
    `$E index process-jsonl <(cat changes.jsonl) ${to('first')}`,
    `cat changes.jsonl | $E index process-jsonl /dev/stdin ${to('second')}`,
    `$E index process-jsonl /dev/stdin ${to('third')} < changes.jsonl`,
    `$E index process-jsonl <(cat changes.jsonl) <(cat changes.jsonl) ${to('fourth')}`,
    `mkfifo pipe; cat changes.jsonl > pipe & $E index process-jsonl pipe ${to('fifth')}`,
  ]
  for (const line of lines) {
    const { code, stdout, stderr } = await bash(place, line)
    t.equal(code, 0, `${line}: ${stderr}`)
    t.equal(JSON.parse(stdout).written, 3, line)
  }
  t.match(await bash(place, '$E index validate <(cat changes.jsonl)'), { code: 0, stderr: /3 records/ })
  t.match(await bash(place, '$E index validate - /dev/stdin < changes.jsonl'), { code: 2, stderr: /twice/ })
})

t.test('a socket as standard input is read by its name', async (t) => {
  const place = home(t)
  const { code, stderr } = await place.run(['index', 'process-jsonl', '/dev/stdin', ...INTO], adds(2))
  t.equal(code, 0, stderr)
  t.match(stderr, /written +2/)
})

t.test('an archive comes from a socket as standard input, by its name too', async (t) => {
  const place = home(t)
  const object = { id: '00000000-0000-4000-8000-000000000001', properties: { text: 'a' } }
  const schema = JSON.stringify({ class: 'Held', properties: [{ name: 'text', dataType: ['text'] }] })
  writeFileSync(`${place.directory}/class.json`, schema)
  for (const [index, name] of ['-', '/dev/stdin'].entries()) {
    const words = ['col', 'restore', name, '--schema', 'class.json', '--target', `sqlite:${index}.db`]
    t.match(await place.run(words, `${JSON.stringify(object)}\n`), { code: 0, stderr: /written +1/ })
  }
  t.match(await place.run(['col', 'restore', '-', '/dev/stdin', ...INTO.slice(2)]), {
    code: 2,
    stderr: /once/,
  })
})

t.test('a directory is no input, on standard input either', async (t) => {
  const place = home(t, { inbox: {} })
  const commands = [
    ['index', 'sync', '--stdin', ...INTO],
    ['index', 'process-jsonl', '-', ...INTO],
    ['index', 'process-jsonl', '/dev/stdin', ...INTO],
    ['index', 'validate', '-'],
    ['col', 'restore', '-', '--target', 'sqlite:store.db'],
    ['col', 'restore', '/dev/stdin', '--target', 'sqlite:store.db'],
  ]
  for (const args of some(commands)) {
    const fd = openSync(place.directory, 'r')
    const child = spawn(process.execPath, [COMMAND, ...args], {
      cwd: place.directory,
      stdio: [fd, 'ignore', 'pipe'],
    })
    const code = new Promise((resolve) => child.once('close', resolve))
    t.match(await text(child.stderr!), /standard input is a directory\nhint: /, args.join(' '))
    t.equal(await code, 1)
    closeSync(fd)
  }
  t.match(await place.run(['index', 'process-jsonl', 'inbox', ...INTO]), {
    code: 1,
    stderr: /inbox is a directory/,
  })
})

t.test('a command that produces the input has no API key in its environment', async (t) => {
  const secrets = { ELYSIACTL_API_KEY: 's3cret-1', OFFICE_KEY: 's3cret-2', KEPT: 'kept' }
  const user = 'targets: {office: {url: "http://localhost:1", api_key_env: OFFICE_KEY}}\n'
  const place = home(t, { config: { elysiactl: { 'config.yaml': user } } }, secrets)
  const script =
    'const content = JSON.stringify(process.env); console.log(JSON.stringify({ repo: "r", op: "add", path: "p", content }))'
  const run = await place.run([
    'index',
    'sync',
    ...INTO,
    '--from-command',
    '--',
    process.execPath,
    '-e',
    script,
  ])
  t.equal(run.code, 0, run.stderr)
  const { stdout } = await place.run(['col', 'cat', 'Held', '--target', 'sqlite:store.db'])
  t.match(stdout, 'kept')
  t.notMatch(stdout, 's3cret')
})

t.test('what is no change record is refused with the command that was meant', async (t) => {
  const place = home(t, {
    'bad.jsonl': '{"a":1}\n{"repo":"r","op":"add","path":"p","content":"c"}\n',
    'good.jsonl': adds(2),
    log: `commit ${HASH} (HEAD -> main)\nAuthor: x\n`,
  })
  const made = ['--target', 'sqlite:made.db']
  const process = ['index', 'process-jsonl']
  await place.run([...process, 'bad.jsonl', '--collection', 'made', ...made, '--rejects', 'rejects'])
  await place.run(['col', 'backup', 'Made', '--to', 'archive.jsonl.gz', ...made])
  const cases: [readonly string[], RegExp][] = [
    [[...process, 'rejects', ...INTO], /is a rejects file\nhint: .*--from-rejects/],
    [['index', 'validate', 'rejects'], /is a rejects file\nhint: .*--from-rejects/],
    [[...process, 'archive.jsonl.gz', ...INTO], /is an archive\nhint: .*col restore/],
    [[...process, 'log', ...INTO], /is output of git, .*\nhint: .*git-producer/],
    [
      [...process, 'good.jsonl', '--from-rejects', ...INTO],
      /change records.*\nhint: .*without --from-rejects/,
    ],
  ]
  for (const [args, said] of cases) t.match(await place.run(args), { code: 1, stderr: said }, args.join(' '))
  t.equal(
    (await place.run([...process, 'rejects', '--from-rejects', ...INTO])).code,
    3,
    'with the flag it is taken',
  )
})
