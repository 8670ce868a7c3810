import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { readArguments } from '../../../bin/cli/arguments.ts'
import type { NamedCommand } from '../../../bin/cli/command.ts'
import { consoleOptions } from '../../../bin/cli/consoleOptions.ts'
import { commandHelp, helpFor } from '../../../bin/cli/help/help.ts'
import { groupsOf, loadAll, schemasOf } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { ingestOptions } from '../../../lib/job/ingest/options.ts'
import { namesOf } from '../../../lib/options/options.ts'
import type { OptionSchema } from '../../../lib/options/schema.ts'
import { MAN_PAGE, manPage } from '../../../scripts/man.ts'
import { home } from '../elysiactl.ts'

const COMMAND = new URL('../../../bin/elysiactl.js', import.meta.url).pathname
const all = await loadAll(COMMANDS)

function optionsOf(command: NamedCommand): [key: string, option: OptionSchema][] {
  return schemasOf(command).flatMap(({ properties }) => Object.entries(properties))
}

function shownFlag(key: string, option: OptionSchema): string {
  return `--${option.default === true ? 'no-' : ''}${namesOf(key, option).flag}`
}

t.test('the help of each command shows an example of it, and just the flags that it takes', async (t) => {
  for (const command of all) {
    const { name } = command
    const help = commandHelp(command).join('\n')
    const options = optionsOf(command)
    const flags = help.match(/^ {2}(?:-\w, | {4})(--[a-z-]+)/gm) ?? []
    t.strictSame(
      flags.map((flag) => flag.replace(/^.*(?=--)/, '')).toSorted(),
      options.map(([key, option]) => shownFlag(key, option)).toSorted(),
      name,
    )
    t.ok(command.examples.length > 0, name)
    for (const example of command.examples) t.ok(example.includes(`elysiactl ${name}`), example)
    t.match(help, /\nExit codes: 0 done; 1 failed; 2 wrong usage/, name)
    t.match(help, /\nDocs: \S+\.md/, name)
  }
})

t.test('help fits the width of the terminal, but for words that are longer', async (t) => {
  for (const width of [40, 60, 80, 100, 200]) {
    const pages = [await helpFor(COMMANDS, [], width), ...all.map((one) => commandHelp(one, width))]
    for (const page of pages) {
      const wide = page.filter((line) => line.length > Math.min(width, 100) && !isUnbreakable(line))
      t.strictSame(wide, [], `${page[0]} in ${width}`)
    }
  }
})

/** A word, a flag with its value, or a command before its flags that is wider than the terminal itself. */
function isUnbreakable(line: string): boolean {
  return (
    /^ +(?:(?:-\w, )?--[a-z-]+ )?\S+(?: \\)?$/.test(line) ||
    (/^ {2,8}[\w|#-]/.test(line) && !/.[ ](?:--|\|)/.test(line.trim()))
  )
}

t.test('an example that a narrow terminal breaks is still the command that it was', async (t) => {
  for (const command of all) {
    const page = commandHelp(command, 60)
    const lines = page.slice(page.indexOf('Examples:') + 1, page.indexOf('', page.indexOf('Examples:')))
    const joined = lines
      .join('\n')
      .replaceAll(/ \\\n +/g, ' ')
      .split('\n')
    t.strictSame(
      joined.map((line) => line.trim()),
      [...command.examples],
      command.name,
    )
  }
})

t.test('each group of options has a short heading', async (t) => {
  for (const command of all) {
    const headings = commandHelp(command).filter((line) => /^[A-Z][\w ]*:$/.test(line))
    t.strictSame(
      headings.filter((one) => !/^(?:Usage|Examples|[A-Z][a-z]+(?: [a-z]+)? (?:options|rules)):$/.test(one)),
      [],
    )
    t.equal(new Set(headings).size, headings.length, `${command.name}: ${headings.join(' ')}`)
    t.equal(headings.length, 2 + schemasOf(command).length, command.name)
  }
})

t.test('help shows the default of an option, and which has to be given', async (t) => {
  const help = await helpFor(COMMANDS, ['index', 'process-jsonl'], 100)
  t.match(help.join('\n'), /--collection NAME .*\n? *.*\[required\]/)
  t.match(help.join('\n'), /-j, --workers auto\|N .*\[default: auto\]/)
  t.match((await helpFor(COMMANDS, ['col', 'backup'], 100)).join('\n'), /\[default: jsonl\]/)
})

t.test('the documents that help names are part of the package', async (t) => {
  const root = new URL('../../../', import.meta.url)
  for (const { name, docs = 'SPEC.md' } of all) {
    for (const page of docs.split(', ')) t.ok(existsSync(new URL(page, root)), `${name}: ${page}`)
  }
})

t.test('the man page is that of these commands', async (t) => {
  t.equal(readFileSync(MAN_PAGE, 'utf8'), await manPage(), 'npm run schemas makes it again')
})

t.test('no two options of a command share a flag or a letter', async (t) => {
  for (const command of all) {
    const options = optionsOf(command)
    const flags = options.map(([key, option]) => namesOf(key, option).flag)
    const letters = options.flatMap(([, { short }]) => short ?? [])
    t.equal(new Set(flags).size, flags.length, command.name)
    t.equal(new Set(letters).size, letters.length, command.name)
  }
})

t.test('the overview lists every command, and a group its own', async (t) => {
  const page = (await helpFor(COMMANDS, [], 100)).join('\n')
  for (const { name } of all) t.ok(page.includes(`  ${name} `), name)
  for (const [group] of groupsOf(COMMANDS)) {
    const lines = (await helpFor(COMMANDS, group.split(' '), 100)).filter((line) => /^ {2}\w/.test(line))
    const own = all.filter(({ name }) => name.startsWith(`${group} `))
    t.equal(lines.length, own.length + 1, `${group}, with its usage`)
  }
})

t.test('help is found by name, before a command as well as behind it', async (t) => {
  const { run } = home(t)
  const { stdout } = await run(['index', 'sync', '--help'])
  for (const words of [
    ['help', 'index', 'sync'],
    ['index', 'help', 'sync'],
    ['--help', 'index', 'sync'],
    ['index', '-h', 'sync'],
  ]) {
    t.match(await run(words), { code: 0, stdout, stderr: '' }, words.join(' '))
  }
  t.match(await run(['help', 'exit-codes']), { code: 0, stdout: /^ 13 {2}the server cannot be reached$/m })
  t.match(await run(['help', 'snyc']), { code: 2, stderr: /unknown command snyc/ })
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
    [['constructor'], /unknown command constructor/, /--help/],
    [['index', 'toString'], /unknown command index toString/, /--help/],
    [['--json', 'index', 'status'], /unknown option --json/, /--help/],
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
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
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
