import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { adds, type Home, home } from './elysiactl.ts'

const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname
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

t.test('a directory is no input, on standard input either', async (t) => {
  const place = home(t, { inbox: {} })
  const commands = [
    ['index', 'sync', '--stdin', ...INTO],
    ['index', 'process-jsonl', '-', ...INTO],
    ['index', 'process-jsonl', '/dev/stdin', ...INTO],
    ['index', 'validate', '-'],
  ]
  for (const args of commands) {
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

t.test('what is no change record is refused with the command that was meant', async (t) => {
  const place = home(t, { 'bad.jsonl': '{"a":1}\n{"repo":"r","op":"add","path":"p","content":"c"}\n' })
  const made = ['--target', 'sqlite:made.db']
  await place.run([
    'index',
    'process-jsonl',
    'bad.jsonl',
    '--collection',
    'made',
    ...made,
    '--rejects',
    'rejects',
  ])
  await place.run(['col', 'backup', 'Made', '--to', 'archive.jsonl', ...made])
  await place.run(['col', 'backup', 'Made', '--to', 'archive.jsonl.gz', ...made])
  await place.run(['col', 'backup', 'Made', '--to', 'archive', ...made, '--compression', 'none'])
  const { stdout } = await place.run(['col', 'cat', 'Made', ...made])
  writeFileSync(`${place.directory}/objects`, stdout)
  mkdirSync(`${place.directory}/git`)
  const texts = {
    log: `commit ${HASH} (HEAD -> main)\nAuthor: x\n`,
    oneline: `${HASH.slice(0, 8)} say something\n`,
    graph: `* commit ${HASH}\n`,
    status: 'M\tREADME.md\nR100\ta\tb\n',
    diff: 'diff --git a/x b/x\n',
    patch: `From ${HASH} Mon Sep 17 00:00:00 2001\n`,
  }
  for (const [name, content] of Object.entries(texts))
    writeFileSync(`${place.directory}/git/${name}`, content)
  writeFileSync(`${place.directory}/document`, '\n{\n  "metadata": {"a": 1},\n  "objects": []}\n')
  writeFileSync(
    `${place.directory}/refused`,
    '{"id":null,"reason":"no","part":"p","code":"not_json","line":1}\n',
  )
  const cases: [string, RegExp, RegExp][] = [
    ['rejects', /is a rejects file/, /--from-rejects/],
    ['archive.jsonl', /is an archive/, /col restore/],
    ['archive.jsonl.gz', /is an archive/, /col restore/],
    ['archive/manifest.json', /is the manifest of an archive/, /col restore DIR/],
    ['objects', /holds objects/, /col restore/],
    ['document', /is a backup document/, /col restore/],
    ['refused', /rejects file of a restore/, /col restore/],
    ...Object.keys(texts).map((name): [string, RegExp, RegExp] => [
      `git/${name}`,
      /is text of git/,
      /git-producer/,
    ]),
  ]
  for (const [file, message, hint] of cases) {
    for (const args of [
      ['index', 'process-jsonl', file, ...INTO],
      ['index', 'validate', file],
    ]) {
      const { code, stderr } = await place.run(args)
      t.equal(code, 1, `${args[1]} ${file}: ${stderr}`)
      t.match(stderr, message, file)
      t.match(stderr, new RegExp(`\\nhint: .*${hint.source}`), file)
    }
  }
  const mended = await place.run(['index', 'process-jsonl', 'rejects', '--from-rejects', ...INTO])
  t.equal(mended.code, 3, 'with the flag it is taken')
  const other = await place.run(['index', 'process-jsonl', 'bad.jsonl', '--from-rejects', ...INTO])
  t.equal(other.code, 3, 'a first line that says nothing is a reject')
  writeFileSync(`${place.directory}/good.jsonl`, adds(2))
  t.match(await place.run(['index', 'process-jsonl', 'good.jsonl', '--from-rejects', ...INTO]), {
    code: 1,
    stderr: /holds change records.*\nhint: .*without --from-rejects/,
  })
})

t.test('a bad first line is a reject like any other', async (t) => {
  const good = adds(1)
  const long = { repo: 'r', op: 'add', path: 'p', content: '"objects": [ "schema": {'.repeat(5000) }
  const record = { metadata: { schema: { a: 1 }, objects: [] }, ...long }
  const firsts = [
    '{',
    '[',
    '[{"repo":"r"}]',
    'not json',
    '{"metadata":',
    '{"id":"x"}',
    '\u00e4 12',
    JSON.stringify(record),
  ]
  for (const first of firsts) {
    const place = home(t, { 'changes.jsonl': `${first}\n${good}` })
    const { stdout, stderr } = await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO, '--json'])
    t.notMatch(stderr, /the input/, first.slice(0, 20))
    t.equal(JSON.parse(stdout).records, 2, first.slice(0, 20))
  }
})
