import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readArguments } from '../../bin/cli/arguments.ts'
import { consoleOptions } from '../../bin/cli/consoleOptions.ts'
import { commandHelp, overview } from '../../bin/cli/help.ts'
import { COMMANDS, GROUPS } from '../../bin/commands/table.ts'
import { ingestOptions } from '../../lib/job/ingest/options.ts'
import { namesOf } from '../../lib/options/options.ts'
import type { OptionSchema } from '../../lib/options/schema.ts'
import { home } from './elysiactl.ts'

const COMMAND = new URL('../../bin/elysiactl.js', import.meta.url).pathname
const names = Object.keys(COMMANDS)

function shownFlag(key: string, option: OptionSchema): string {
  return `--${option.default === true ? 'no-' : ''}${namesOf(key, option).flag}`
}

t.test('the help of each command shows an example of it, and just the flags that it takes', async (t) => {
  for (const name of names) {
    const { command } = await COMMANDS[name]!()
    const help = commandHelp(command).join('\n')
    const options = [...command.schemas, consoleOptions].flatMap(({ properties }) =>
      Object.entries(properties),
    )
    const flags = help.match(/^ {2}(?:-\w, )?(--[a-z-]+)/gm) ?? []
    t.strictSame(
      flags.map((flag) => flag.replace(/^.*(?=--)/, '')).toSorted(),
      options.map(([key, option]) => shownFlag(key, option)).toSorted(),
      name,
    )
    t.ok(command.examples.length > 0, name)
    for (const example of command.examples) t.ok(example.includes(`elysiactl ${name}`), example)
    for (const line of help.split('\n')) t.ok(line.length <= 130, line)
  }
})

t.test('no two options of a command share a flag or a letter', async (t) => {
  for (const name of names) {
    const { command } = await COMMANDS[name]!()
    const options = [...command.schemas, consoleOptions].flatMap(({ properties }) =>
      Object.entries(properties),
    )
    const flags = options.map(([key, option]) => namesOf(key, option).flag)
    const letters = options.flatMap(([, { short }]) => short ?? [])
    t.equal(new Set(flags).size, flags.length, name)
    t.equal(new Set(letters).size, letters.length, name)
  }
})

t.test('the overview lists every command, and a group its own', async (t) => {
  const all = (await overview()).join('\n')
  for (const name of names) t.ok(all.includes(`  ${name} `), name)
  for (const group of Object.keys(GROUPS)) {
    const lines = (await overview(group)).join('\n').match(/^ {2}\S.*$/gm) ?? []
    t.equal(lines.length, names.filter((name) => name.startsWith(`${group} `)).length, group)
  }
})

t.test('help goes to stdout with exit 0, wherever it is asked for', async (t) => {
  const { run } = home(t)
  const asked = [
    [],
    ['--help'],
    ['-h'],
    ['help'],
    ['index'],
    ['col', '-h'],
    ['index', 'sync', '--help'],
    ['completion', '-h'],
  ]
  for (const words of asked) {
    const { code, stdout, stderr } = await run(words)
    t.match({ code, stderr }, { code: 0, stderr: '' }, words.join(' '))
    t.match(stdout, /^elysiactl/)
  }
})

t.test('what is not known is refused, with the nearest that is', async (t) => {
  const { run } = home(t)
  const cases: [string[], RegExp, RegExp][] = [
    [['idnex'], /unknown command idnex/, /index/],
    [['index', 'snyc'], /unknown command index snyc/, /sync/],
    [['col', 'ls', '--tagret', 'x'], /unknown option --tagret/, /--target/],
    [['--frobnicate'], /unknown option --frobnicate/, /--help/],
  ]
  for (const [words, message, hint] of cases) {
    const { code, stdout, stderr } = await run(words)
    t.match({ code, stdout }, { code: 2, stdout: '' }, words.join(' '))
    t.match(stderr, message)
    t.match(stderr, hint)
  }
  t.match(JSON.parse((await run(['col', 'ls', '--tagret', '--json'])).stderr), {
    code: 'ELYSIA_USAGE',
    message: 'unknown option --tagret',
    hint: /--target/,
  })
})

t.test('a key on the command line is refused and not repeated', async (t) => {
  const { run } = home(t)
  for (const words of [
    ['col', 'ls', '--api-key', 'hunter2'],
    ['col', 'ls', '--api-key=hunter2'],
    ['col', 'ls', '--token=hunter2', '-v', '--json'],
    ['col', 'ls', '--target', 'http://me:hunter2@127.0.0.1:1'],
    ['col', 'ls', '--target', 'http://127.0.0.1:1?api_key=hunter2', '--json'],
  ]) {
    const { code, stdout, stderr } = await run(words)
    t.match({ code, stdout }, { code: 2, stdout: '' }, words.join(' '))
    t.match(stderr, /ELYSIACTL_API_KEY/)
    t.notMatch(stderr, 'hunter2')
  }
})

t.test('flags are read strictly', async (t) => {
  const read = (...words: string[]) => readArguments(words, [ingestOptions, consoleOptions])
  t.match(read('a', '-j4', '--batch-size=5', '-nqv', '--collection', 'c', '-', 'b'), {
    operands: ['a', '-', 'b'],
    flags: {
      values: { workers: '4', batchSize: '5', dryRun: true, quiet: true, verbose: true, collection: 'c' },
    },
  })
  t.match(read('--no-skip-unchanged').flags.values, { skipUnchanged: false })
  t.match(read('--strict', '--', '--not-ours', 'x'), { operands: [], rest: ['--not-ours', 'x'] })
  for (const [words, message] of [
    [['--collection'], '--collection needs a value'],
    [['--collection='], '--collection needs a value'],
    [['--collection', '--json'], '--collection needs a value'],
    [['--strict=yes'], '--strict takes no value'],
    [['--no-strict'], 'unknown option --no-strict'],
    [['--no-collection'], 'unknown option --no-collection'],
    [['-x'], 'unknown option -x'],
  ] as const) {
    t.throws(() => read(...words), { code: 'ELYSIA_USAGE', message }, words.join(' '))
  }
  t.equal(read('--collection=--json').flags.values.collection, '--json')
})

t.test('--version says the version of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  t.same(await home(t).run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' })
})

t.test('an older Node is told what is needed, in one line, before anything is loaded', async (t) => {
  for (const [node, fits] of [
    ['12.22.12', false],
    ['20.20.2', false],
    ['22.21.9', false],
    ['22.22.0', true],
    ['24.0.0', true],
  ] as const) {
    const pretend = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } })`
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      COMMAND,
      'format',
      'schema',
      'reject',
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    t.equal(status, fits ? 0 : 1, node)
    t.equal(stdout !== '', fits)
    t.match(stderr, fits ? /^$/ : /^elysiactl needs Node\.js 22\.22 or newer; .*\n$/)
  }
})

t.test('a full disk behind stdout is one line and a failure', async (t) => {
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', '"$0" "$1" --help > /dev/full', process.execPath, COMMAND],
    {
      encoding: 'utf8',
    },
  )
  t.equal(status, 1)
  t.match(stderr, /^error: ENOSPC[^\n]*\n$/)
})
