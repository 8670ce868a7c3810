// Values of others that would steer a terminal or forge a log, through every command that can come to print them. What
// makes them plain is tried with thousands in bin/hostileConsole.test.ts; here each command meets a few.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { commandsOf } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { type Ended, type Home, home } from '../../bin/elysiactl.ts'
import { weaviateDouble } from '../../double/double.ts'
import { INTO } from '../command.ts'
import { ascii, HOSTILE, stain } from './hostile.ts'

const SEED = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 2 ** 31)
const CHILD = new URL('./hostileChild.ts', import.meta.url).pathname

t.comment(`seed ${SEED}`)

function clean(t: Test, { stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>, what: string): void {
  t.equal(stain(stdout), undefined, `${ascii(what)}: stdout`)
  t.equal(stain(stderr), undefined, `${ascii(what)}: stderr`)
}

const VALUES = fc.sample(HOSTILE, { numRuns: 60, seed: SEED })
/** One after the other of them. */
let turn = 0
const next = () => VALUES[turn++ % VALUES.length]!

/** One that can be the name of a file, and be given to a process: its end is `end`. */
function nameWith(end = ''): string {
  const text = `${next()}${next()}`.replaceAll(/[/\0\p{Cs}]/gu, '') || 'x'
  let name = text
  while (Buffer.byteLength(name) > 200) name = [...name].slice(0, -1).join('')
  return `${name}${end}`
}

function lines(values: readonly string[]): string {
  const records = values.flatMap((value, index) => [
    { repo: value, op: 'add', path: `${index}/${value}`, content: value, metadata: { [value]: value } },
    { repo: value, op: 'add', path: `skipped/${index}`, skip_index: true, skip_reason: value },
    { repo: value, new_changeset: { commit: value } },
    { repo: value, op: value, path: value },
    { repo: value, op: 'rename', path: value, new_path: `none/${value}` },
    { repo: value, op: 'add', path: value, content_ref: value },
    { repo: value, op: 'add', path: value, [value]: value },
  ])
  return [
    ...records.map((record) => JSON.stringify(record)),
    `${JSON.stringify(values)}`,
    `{${VALUES.join('|')}`,
  ]
    .map((line) => line.replaceAll(/[\n\r]/g, ' '))
    .join('\n')
}

interface Result extends Ended {
  readonly args: readonly string[]
}

/** Runs commands in turn, each for people with all there is to say and as JSON; what they print has to be plain. */
function all(t: Test, { directory }: Home, commands: readonly (readonly string[])[]): Result[] {
  const twice = commands.flatMap((args) => {
    const end = args.indexOf('--')
    const put = (flag: string) =>
      end < 0 ? [...args, flag] : [...args.slice(0, end), flag, ...args.slice(end)]
    return [put('-v'), put('--json')]
  })
  const [input, output] = [join(directory, 'commands.json'), join(directory, 'results.json')]
  writeFileSync(input, JSON.stringify(twice))
  const own = {
    HOME: directory,
    XDG_DATA_HOME: join(directory, 'data'),
    XDG_STATE_HOME: join(directory, 'state'),
  }
  const env = { ...process.env, ...own, XDG_CONFIG_HOME: join(directory, 'config') }
  execFileSync(process.execPath, [CHILD, input, output], {
    cwd: directory,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const results = JSON.parse(readFileSync(output, 'utf8')) as Result[]
  t.equal(results.length, twice.length)
  for (const result of results) clean(t, result, result.args.map((arg) => arg.slice(0, 40)).join(' '))
  return results
}

t.test('no command prints a control character, a line or a turn of direction of somebody else', async (t) => {
  const place = home(t)
  const [name, box, archive, other] = [nameWith('.jsonl'), nameWith('-box'), nameWith('-a'), nameWith('-b')]
  const file = (name: string) => join(place.directory, name)
  mkdirSync(file(box), { recursive: true })
  mkdirSync(file('none'))
  writeFileSync(file(name), lines(VALUES))
  const schema = {
    class: 'Described',
    description: next(),
    properties: [{ name: 'p', dataType: ['text'], description: next() }],
  }
  writeFileSync(file('schema.json'), JSON.stringify(schema))
  writeFileSync(
    file('objects.jsonl'),
    `${JSON.stringify({ id: '00000000-0000-4000-8000-000000000000', properties: { p: next() } })}\n`,
  )
  const results = all(t, place, [
    ['index', 'validate', '--strict', name],
    ['index', 'process-jsonl', name, ...INTO, '--fresh'],
    ['index', 'process-jsonl', name, ...INTO, '--dry-run'],
    ['index', 'status'],
    ['col', 'ls'],
    ['col', 'show', 'source-code'],
    ['col', 'cat', 'source-code'],
    ['col', 'backup', 'source-code', '--to', archive, '--note', next()],
    ['col', 'backup', 'source-code', '--to', other, '--dry-run'],
    ['col', 'backup', 'source-code', '--tag', next()],
    ['col', 'backup', 'source-code', '--note', next(), '--to', 'noted'],
    ['col', 'restore', archive, '--name', 'Again'],
    ['col', 'restore', archive, '--name', next()],
    ['col', 'restore', 'objects.jsonl', '--schema', 'schema.json'],
    ['col', 'show', 'Described'],
    ['col', 'rm', 'source-code'],
    ['col', 'cat', 'source-code', '--tenant', next()],
    ['col', 'cat', 'source-code', '--properties', next()],
    ['col', 'catalog', 'list'],
    ...ofArchive('latest:source-code'),
    ['col', 'catalog', 'list'],
    ['col', 'catalog', 'cleanup', '--keep-last', '1', '--group-by', 'none'],
    ['col', 'catalog', 'rebuild', box],
    ['col', 'catalog', 'unlock', next()],
  ])
  const of = (...words: string[]) => results.filter(({ args }) => words.every((word) => args.includes(word)))
  t.match(of('cat', '-v')[0], { code: 0, stdout: /FORGED|\\u/ }, 'something hostile was stored')
  t.match(of('backup', archive, '-v')[0], { code: 0 }, 'and archived')
  t.match(of('note', 'latest:source-code', '-v')[0], { code: 0 }, 'and found again')
})

/** What can be said of an archive, and of none. */
function ofArchive(id: string): string[][] {
  return [
    ['col', 'catalog', 'note', id, next()],
    ['col', 'catalog', 'tag', id, next()],
    ['col', 'catalog', 'untag', id, next()],
    ...['show', 'pin', 'unpin', 'verify'].flatMap((verb) => [
      ['col', 'catalog', verb, id],
      ['col', 'catalog', verb, next()],
    ]),
  ]
}

t.test('nor where the words are those of the command line', async (t) => {
  const place = home(t)
  const target = ['--target', `sqlite:${nameWith()}`]
  const names = [...commandsOf(COMMANDS)].map(([name]) => name)
  const results = all(t, place, [
    ...names.map((name) => [...name.split(' '), next(), next()]),
    ...names.map((name) => [...name.split(' '), `--${next()}`]),
    [next()],
    ['index', next()],
    ['index', 'process-jsonl', next(), ...INTO],
    ['index', 'process-jsonl', 'x', '--collection', next()],
    ['index', 'watch', next(), ...INTO, ...target],
    ['index', 'sync', '--from-command', ...INTO, ...target, '--', next()],
    ['config', 'show', ...target],
    ['col', 'ls', ...target],
    ['col', 'ls', '--target', next()],
    ['col', 'show', next(), ...target],
  ])
  const reached = names.filter((name) =>
    results.some(({ args }) => `${args.join(' ')} `.startsWith(`${name} `)),
  )
  t.strictSame(reached, names, 'every command was tried')
})

t.test('nor where the names are those of files in a folder that is watched, and of a stream', async (t) => {
  const place = home(t, { inbox: {} })
  const inbox = Buffer.from(join(place.directory, 'inbox/'))
  const put = (name: Buffer, text: string) =>
    writeFileSync(Buffer.concat([inbox, name, Buffer.from('.jsonl')]), text)
  const names = new Set(Array.from({ length: 25 }, () => nameWith()))
  for (const name of names) put(Buffer.from(name), lines([next()]))
  put(Buffer.from([0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0xfe]), lines(['x']))
  mkdirSync(Buffer.concat([inbox, Buffer.from(`${nameWith()}.jsonl`)]))
  execFileSync('mkfifo', [join(place.directory, 'inbox', nameWith('.jsonl'))])
  for (const [flags, end] of [
    [['-v', '--dry-run'], '~.jsonl'],
    [['--json', '--after', 'move'], '~.jsonl'],
  ] as const) {
    put(Buffer.from('~'), lines(['last']))
    const run = place.start(['index', 'watch', 'inbox', ...INTO, '--settle', '0s', ...flags])
    await run.says(`${end}: `)
    run.child.kill('SIGTERM')
    const ended = await run.ended
    t.equal(ended.code, 143, ascii(ended.stderr))
    t.match(ended.stderr, /failed: its name is not UTF-8/)
    t.match(ended.stderr, /is passed over: it is a FIFO/)
    clean(t, ended, `watch ${flags.join(' ')}`)
  }
  clean(t, await place.run(['index', 'status']), 'status')
  clean(t, await place.run(['index', 'sync', '--stdin', ...INTO, '-v'], lines(VALUES)), 'sync')
  clean(t, await place.run(['completion', 'words', '--quiet', '--', 'col', 'show', '']), 'completion')
})

t.test('nor where a server says it', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'a.jsonl': lines(['x']) })
  const target = ['--target', double.target, '--retry-for', '0']
  const ingest = ['index', 'process-jsonl', 'a.jsonl', ...INTO, ...target, '--fresh', '-v']
  double.faults.inject({
    fault: 'perObject',
    text: VALUES.slice(0, 9).join('').toWellFormed(),
    on: 'BatchObjects',
  })
  clean(t, await place.run(ingest), 'an object')
  double.faults.clear()
  for (const [at, on] of ['', 'GET /v1/schema', 'BatchObjects'].entries()) {
    const text = VALUES.slice(10 * at, 10 * at + 9)
      .join('')
      .toWellFormed()
    double.faults.inject({ fault: 'status', code: 'UNKNOWN', http: 422, text, on })
    clean(t, await place.run(ingest), `ingest: ${on}`)
    clean(t, await place.run(['col', 'ls', ...target, '--json']), `ls: ${on}`)
    double.faults.clear()
  }
})
