// What --json prints is what `format schema` says: real output of each command, held against the schema it names.
import { chmodSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import t, { type Test } from 'tap'
import { loadAll } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { adds, type Home, home } from '../elysiactl.ts'

const commands = await loadAll(COMMANDS)
const ajv = new Ajv2020({ allErrors: true, strict: false, formats: { 'date-time': true } })

const validators = new Map<string, ValidateFunction>()

/** Commands whose --json prints something else: a class, objects, a schema, a script. */
const OTHERS = ['col show', 'col cat', 'format schema', 'completion']

t.test('each command says which schema its --json has', async (t) => {
  const without = commands.filter(({ document }) => document === undefined).map(({ name }) => name)
  t.strictSame(without.toSorted(), OTHERS.toSorted())
})

const CONFIG = `auto: [{ cleanup: { every: 1d, options: { keep_last: 3 } } }]
alerts: { sinks: { log: { type: file, path: alerts.jsonl } } }
`

const FILES = {
  'changes.jsonl': adds(3),
  'faulty.jsonl': 'not json\n',
  inbox: {},
  'fix.yaml': 'steps: [{drop: a}]\nexamples: [{in: {properties: {a: 1}}, out: {properties: {b: 1}}}]\n',
  config: { elysiactl: { 'config.yaml': CONFIG } },
  'elysiactl.yaml': 'targets: { mine: "sqlite:mine.db" }\nkeep_daily: 7\ntarget: mine\n',
}

/** A home with these files, a collection, and archives of it: whole, damaged and as one file. */
async function furnished(t: Test): Promise<Home> {
  const place = home(t, FILES)
  const { run, directory } = place
  t.match(await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c']), { code: 0 })
  for (const to of ['whole', 'damaged']) {
    t.match(await run(['col', 'backup', 'c', '--to', to, '--compression', 'none']), { code: 0 })
  }
  t.match(await run(['col', 'backup', 'c', '--to', 'plain.jsonl']), { code: 0 })
  const parts = join(directory, 'damaged', 'parts')
  const [part] = readdirSync(parts)
  chmodSync(join(parts, part!), 0o600)
  truncateSync(join(parts, part!), 100)
  return place
}

/** Command lines by command, in an order that they work in; `ID` stands for an archive's. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'index process-jsonl': [
    ['changes.jsonl', '--collection', 'c', '--dry-run'],
    ['faulty.jsonl', '--collection', 'c'],
  ],
  'index sync': [['-', '--collection', 'd']],
  'index validate': [['changes.jsonl', 'faulty.jsonl']],
  'index status': [[], ['--limit', '1']],
  'col ls': [[]],
  'col backup': [
    ['c', '--dry-run'],
    ['c', '--to', 'single.jsonl.zst'],
    ['c', '--to', 'another'],
    ['c', '--to', 'increment', '--since', 'last'],
    ['--include', 'C', '--to', 'several'],
  ],
  'col restore': [
    ['whole', '--name', 'e'],
    ['whole', '--name', 'f', '--dry-run'],
    ['whole', '--into-alias', 'current'],
    ['whole', '--name', 'e', '--on-conflict', 'replace', '--plan', 'e.plan'],
    ['damaged', '--name', 'g', '--skip-damaged'],
    ['plain.jsonl', '--name', 'h'],
    ['whole', '--name', 'e', '--on-conflict', 'overwrite', '--run-id', 'over'],
  ],
  'col copy': [
    ['c', '#copied'],
    ['c', '#copied', '--sync', '--yes', '--verify'],
    ['c', '#planned', '--dry-run'],
    ['c', '#moved', '--finish'],
    ['#', 'sqlite:other.db', '--include', 'C'],
  ],
  'col migrate': [
    ['c', '--map', 'language=lang', '--alias', 'now', '--dry-run'],
    ['c', '--map', 'language=lang', '--alias', 'now'],
    ['now', '--undo'],
  ],
  diff: [
    ['c', 'whole'],
    ['c', 'd', '--recheck-after', '0'],
    ['damaged', 'c'],
  ],
  'col apply': [['e.plan']],
  'col rollback': [['over', '--dry-run'], ['over']],
  'col alias': [
    ['live', 'e'],
    ['live', 'c'],
  ],
  'col delete': [
    ['c', '--filter', "file_path = 'p0'", '--dry-run'],
    ['c', '--filter', "file_path = 'p0'", '--yes'],
  ],
  'col rm': [['h', '--yes']],
  'col catalog compact': [['latest:C']],
  'col catalog tag': [['ID', 'gold']],
  'col catalog untag': [['ID', 'gold']],
  'col catalog note': [['ID', 'before the move']],
  'col catalog pin': [['ID']],
  'col catalog unpin': [['ID']],
  auto: [['--dry-run'], ['--once']],
  doctor: [[]],
  'col catalog rehearse': [['ID'], ['plain.jsonl'], ['damaged']],
  'col catalog verify': [['whole'], ['whole', 'damaged'], ['--all', '--level', 'exists']],
  'col catalog list': [[], ['--limit', '1']],
  'col catalog show': [['ID']],
  'col catalog cleanup': [[], ['--keep-last', '1', '--include-outside', '--yes']],
  'col catalog rebuild': [['.']],
  'col catalog undos': [[]],
  'col catalog unlock': [[]],
  'cluster health': [[], ['mine', '--for', 'restore']],
  'alerts check': [[]],
  'alerts test': [[]],
  'transform test': [['fix.yaml']],
  'format conformance': [
    ['kit', '--sequences', '1'],
    ['check', 'kit', '/dev/null'],
  ],
  metrics: [[]],
  'runs list': [[], ['--kind', 'backup', '--limit', '1']],
  'runs show': [['last']],
  'runs trim': [['--keep-runs', '1y']],
  report: [[], ['--slo', '99']],
  dashboard: [['--export', 'page.html']],
  'config show': [[]],
  'config init': [['other.yaml']],
}

/** They go on until they are stopped. */
const ENDLESS: ReadonlySet<string> = new Set(['index watch', 'runs tail'])

t.test('what each command prints with --json is as its schema says, and nothing more', async (t) => {
  const { run } = await furnished(t)
  const { archives } = JSON.parse((await run(['col', 'catalog', 'list', '--json'])).stdout)
  const id = archives.at(-1).id as string
  const called = Object.keys(CALLS)
  const due = commands.filter(({ name, document }) => document !== undefined && !ENDLESS.has(name))
  t.strictSame(called.toSorted(), due.map(({ name }) => name).toSorted(), 'every command is here')
  for (const [name, lines] of Object.entries(CALLS)) {
    const { document } = commands.find((one) => one.name === name)!
    const validate = validatorOf(document!)
    for (const words of lines) {
      const argv = [...name.split(' '), ...words.map((word) => (word === 'ID' ? id : word)), '--json']
      const { stdout, stderr } = await run(argv, adds(1))
      const printed = JSON.parse(stdout || '{"nothing":true}')
      t.ok(validate(printed), `${argv.join(' ')}: ${ajv.errorsText(validate.errors)} ${stderr}`)
    }
  }
})

/** Each object that a document holds, by the path of its name. */
function objectsIn(schema: unknown, path: string): [path: string, names: readonly string[]][] {
  if (typeof schema !== 'object' || schema === null) return []
  const inside = Object.entries(schema).flatMap(([key, value]) => objectsIn(value, `${path}/${key}`))
  const { properties } = schema as { properties?: object }
  return properties === undefined ? inside : [[path, Object.keys(properties)], ...inside]
}

function schemaIn(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../lib/schema/${name}.json`, import.meta.url), 'utf8'))
}

/** What `id`, `labels`, `complete` and moments in `_at` took the place of. */
const OLD_NAMES = new Set(['run', 'shown', 'started', 'finished', 'updated', 'cluster', 'holder'])

/** They speak of runs of which they are no reports. */
const ON_RUNS: ReadonlySet<string> = new Set(['monitor-report', 'alert-check'])

t.test('one thing has one name in all documents', async (t) => {
  const documents = [...new Set(commands.flatMap(({ document }) => document ?? []))]
  const reports = new Set<string>()
  for (const name of [...documents, 'error']) {
    for (const [path, names] of objectsIn(schemaIn(name), name)) {
      if (ON_RUNS.has(name)) continue
      t.strictSame(
        names.filter((one) => OLD_NAMES.has(one)),
        [],
        path,
      )
      if (!names.includes('status') || !names.includes('seconds')) continue
      reports.add(name)
      t.strictSame(
        ['id', 'started_at'].filter((one) => !names.includes(one)),
        [],
        path,
      )
    }
  }
  t.strictSame([...reports].toSorted(), [
    'backup',
    'cleanup',
    'copy',
    'delete',
    'diff',
    'history-entry',
    'migration',
    'rehearsal',
    'report',
    'restore',
    'rollback',
    'run',
    'runs',
    'verifications',
  ])
})

t.test('the id of a report is that of its row in index status', async (t) => {
  const { run } = home(t, FILES)
  const reportOf = async (...argv: string[]) => JSON.parse((await run([...argv, '--json'])).stdout)
  const ids = [
    (await reportOf('index', 'process-jsonl', 'changes.jsonl', '--collection', 'c')).id,
    (await reportOf('col', 'backup', 'c', '--to', 'next')).id,
    (await reportOf('col', 'restore', 'next', '--name', 'again')).restores[0].id,
    (await reportOf('col', 'catalog', 'verify', 'next')).verifications[0].id,
    (await reportOf('col', 'catalog', 'cleanup', '--keep-last', '1', '--yes')).id,
  ]
  const { runs } = await reportOf('index', 'status')
  const rows: string[] = runs.map(({ id }: { id: string }) => id)
  t.strictSame(
    ids.filter((id) => !rows.includes(id)),
    [],
    rows.join(' '),
  )
})

t.test('a watch reports as its schema says', async (t) => {
  const { start } = home(t, FILES)
  const { child, ended, says } = start(['index', 'watch', 'inbox', '--collection', 'w', '--json', '-v'])
  await says('target').finally(() => child.kill('SIGTERM'))
  const { stdout } = await ended
  const validate = validatorOf('report')
  t.ok(validate(JSON.parse(stdout)), ajv.errorsText(validate.errors))
})

t.test('an error with --json is as its schema says, whatever failed', async (t) => {
  const { run } = await furnished(t)
  const validate = validatorOf('error')
  for (const argv of [
    ['col', 'lss'],
    ['col', 'show', 'none'],
    ['col', 'ls', '--target', 'sqlite:none.db'],
    ['col', 'catalog', 'verify', 'damaged', '--quiet'],
  ]) {
    const { code, stderr } = await run([...argv, '--json'])
    t.not(code, 0)
    const line = stderr.trimEnd().split('\n').at(-1)!
    t.ok(validate(JSON.parse(line)), `${argv.join(' ')}: ${line}: ${ajv.errorsText(validate.errors)}`)
  }
})

t.test('the schema of each document refuses a field that it does not name', async (t) => {
  const validate = validatorOf('removal')
  t.ok(validate({ class: 'C', target: 'sqlite:/c.db', removed: true }))
  t.notOk(validate({ class: 'C', target: 'sqlite:/c.db', removed: true, more: 1 }))
  t.notOk(validate({ class: 'C', removed: true }))
})

/** What holds a document against its schema, which `format schema` prints (format.test.ts), once for all that ask. */
function validatorOf(name: string): ValidateFunction {
  const known = validators.get(name)
  if (known !== undefined) return known
  const validate = ajv.compile(schemaIn(name) as object)
  validators.set(name, validate)
  return validate
}
