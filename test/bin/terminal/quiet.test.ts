// With --quiet: nothing at exit 0 but the data that was asked for; at any other exit one line, whatever the command.
import { chmodSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { commandsOf } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { weaviateDouble } from '../../double/double.ts'
import { adds, type Ended, type Home, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

const INTO = ['--collection', 'c']

/** What a command prints because that is what it is for. */
const PRINTS = new Set([
  'index status',
  'col ls',
  'col show',
  'col cat',
  'col catalog list',
  'col catalog show',
  'format schema',
  'config show',
  'metrics',
  'runs list',
  'runs show',
  'report',
  'cluster health',
  'alerts check',
  'alerts test',
  'completion',
])

interface Case {
  readonly well?: readonly string[]
  readonly badly: readonly string[]
  readonly exit: number
  /** What the line says. */
  readonly says: RegExp
}

const CASES: Readonly<Record<string, Case>> = {
  'index process-jsonl': {
    well: ['changes.jsonl', ...INTO],
    badly: ['rejected.jsonl', ...INTO],
    exit: 3,
    says: /2 of 3 records were rejected: \S+\.jsonl$/,
  },
  'index sync': {
    well: [...INTO, '--from-command', '--', 'cat', 'changes.jsonl'],
    badly: [...INTO, '--from-command', '--', 'sh', '-c', 'exit 7'],
    exit: 1,
    says: /sh failed with exit code 7; what it had produced/,
  },
  'index watch': { badly: ['none', ...INTO], exit: 10, says: /the directory none cannot be watched/ },
  'index validate': {
    well: ['changes.jsonl'],
    badly: ['rejected.jsonl'],
    exit: 3,
    says: /2 of 3 records are faulty/,
  },
  'index status': { well: [], badly: ['--target', 'sqlite:none.db'], exit: 10, says: /none\.db/ },
  'col ls': { well: [], badly: ['x'], exit: 2, says: /takes no operand/ },
  'col show': { well: ['c'], badly: ['d'], exit: 10, says: /there is no collection D.*did you mean C\?/ },
  'col cat': { well: ['c'], badly: ['c', '--tenant', 'a'], exit: 2, says: /has no tenants/ },
  'col backup': {
    well: ['c', '--to', 'second'],
    badly: ['d', '--to', 'third'],
    exit: 10,
    says: /no collection D/,
  },
  'col restore': {
    well: ['whole', '--name', 'other'],
    badly: ['damaged', '--name', 'another', '--skip-damaged'],
    exit: 3,
    says: /damaged and left out: .*r0000/,
  },
  'col copy': {
    well: ['c', '#copied'],
    badly: ['c', '#c'],
    exit: 5,
    says: /C in .* is the source itself/,
  },
  'col migrate': { badly: ['c', '--map', 'language=lang'], exit: 2, says: /--alias/ },
  'cluster health': { well: [], badly: ['none'], exit: 10, says: /no target named none/ },
  'alerts check': { badly: [], exit: 2, says: /no alerts are configured/ },
  'alerts test': { badly: [], exit: 2, says: /no alerts are configured/ },
  'transform test': { badly: ['none.yaml'], exit: 2, says: /none\.yaml/ },
  'format conformance': {
    well: ['kit', '--sequences', '1'],
    badly: ['check', 'none', 'x'],
    exit: 10,
    says: /none holds no kit/,
  },
  'col apply': { badly: ['none'], exit: 10, says: /the plan none cannot be read/ },
  'col rollback': { badly: ['none'], exit: 10, says: /nothing is kept for a run none/ },
  'col catalog undos': { well: [], badly: ['x'], exit: 2, says: /takes no operand/ },
  'col catalog list': { well: [], badly: ['--sort', 'nothing'], exit: 2, says: /nothing/ },
  'col catalog show': { badly: ['none'], exit: 10, says: /none/ },
  'col catalog verify': {
    well: ['whole'],
    badly: ['damaged'],
    exit: 4,
    says: /damaged: \S+damaged: parts.*--skip-damaged/,
  },
  'col catalog cleanup': {
    well: ['--keep-last', '9', '--yes'],
    badly: ['--yes'],
    exit: 2,
    says: /no rule says what to keep/,
  },
  auto: { badly: ['--once'], exit: 2, says: /the configuration has no policies/ },
  doctor: { well: [], badly: ['--target', 'none'], exit: 3, says: /there is no target named none/ },
  'col catalog rehearse': { well: ['whole'], badly: ['damaged'], exit: 4, says: /parts|cut short/ },
  'col catalog rebuild': { well: ['.'], badly: ['none'], exit: 10, says: /there is no directory \S+none/ },
  'col catalog pin': { badly: ['none'], exit: 10, says: /none/ },
  'col catalog unpin': { badly: ['none'], exit: 10, says: /none/ },
  'col catalog tag': { badly: ['none', 'gold'], exit: 10, says: /none/ },
  'col catalog untag': { badly: ['none', 'gold'], exit: 10, says: /none/ },
  'col catalog note': { badly: ['none', 'text'], exit: 10, says: /none/ },
  'col catalog compact': { badly: ['none'], exit: 10, says: /there is no archive none/ },
  'col catalog unlock': { well: [], badly: ['--remove-al'], exit: 2, says: /did you mean --remove-all\?/ },
  'format schema': { well: [], badly: ['none'], exit: 2, says: /no format is called none/ },
  'config init': {
    well: ['other.yaml'],
    badly: ['other.toml'],
    exit: 2,
    says: /not named like a configuration/,
  },
  'config show': { well: [], badly: ['x'], exit: 2, says: /takes no operand/ },
  'runs list': { well: [], badly: ['--status', 'fine'], exit: 2, says: /--status fine/ },
  'runs show': { well: ['last'], badly: ['none'], exit: 10, says: /there is no run none/ },
  'runs tail': { badly: ['--since', 'ever'], exit: 2, says: /--since ever/ },
  'runs trim': { well: [], badly: ['--keep-runs', 'ever'], exit: 2, says: /keep-runs/ },
  dashboard: {
    well: ['--export', 'page.html'],
    badly: ['--listen', 'nowhere'],
    exit: 2,
    says: /listen nowhere/,
  },
  report: { well: [], badly: ['--slo', '101'], exit: 2, says: /--slo 101/ },
  metrics: { well: [], badly: ['x'], exit: 2, says: /takes no operand/ },
  completion: { well: ['bash'], badly: ['csh'], exit: 2, says: /no completion for csh/ },
  'col alias': { well: ['live', 'c'], badly: ['live', 'none'], exit: 10, says: /no collection None/ },
  diff: { well: ['whole', 'whole'], badly: ['damaged', 'c'], exit: 4, says: /parts.*damaged|damaged.*parts/ },
  'col delete': {
    well: ['c', '--filter', "file_path = 'p0'", '--yes', '--max-delete', '100%'],
    badly: ['c'],
    exit: 2,
    says: /nothing says which objects to delete/,
  },
  'col rm': { well: ['c', '--yes'], badly: ['c'], exit: 2, says: /no terminal to ask on/ },
}

function isOneLine(t: Test, { code, stdout, stderr }: Ended, exit: number, says: RegExp, what: string): void {
  t.match({ code, stdout }, { code: exit, stdout: '' }, `${what}: ${stderr}`)
  t.match(stderr, /^error: [^\n]+\n$/, what)
  t.match(stderr.trimEnd(), says, what)
}

async function furnished(t: Test): Promise<Home> {
  const place = home(t, {
    'changes.jsonl': adds(30),
    'rejected.jsonl': `${adds(1)}not json\n{"repo":1}\n`,
  })
  const { directory, run } = place
  t.equal((await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])).code, 0)
  for (const to of ['whole', 'damaged']) {
    t.equal((await run(['col', 'backup', 'c', '--to', to, '--compression', 'none'])).code, 0)
  }
  const parts = join(directory, 'damaged', 'parts')
  const [part] = readdirSync(parts)
  chmodSync(join(parts, part!), 0o600)
  truncateSync(join(parts, part!), 100)
  return place
}

t.test('a command that is quiet says nothing when it is well, and one line when it is not', async (t) => {
  t.same(
    Object.keys(CASES).toSorted(),
    commandsOf(COMMANDS)
      .map(([name]) => name)
      .toSorted(),
    'every command is here',
  )
  const { run } = await furnished(t)
  for (const [name, { badly, exit, says }] of some(Object.entries(CASES))) {
    // A command line that is wrapped begins at --: what is ours stands before it.
    isOneLine(t, await run([...name.split(' '), '-q', ...badly]), exit, says, name)
  }
  for (const [name, { well }] of some(Object.entries(CASES))) {
    if (well === undefined) continue
    const { code, stdout, stderr } = await run([...name.split(' '), '--quiet', ...well])
    t.match({ code, stderr }, { code: 0, stderr: '' }, `${name}: ${stderr}`)
    if (!PRINTS.has(name)) t.equal(stdout, '', name)
  }
})

t.test('a quiet command with --json tells in one line of JSON why it failed', async (t) => {
  const { run } = await furnished(t)
  const verify = await run(['col', 'catalog', 'verify', 'damaged', '-q', '--json'])
  t.match(JSON.parse(verify.stdout).verifications, [{ status: 'damaged' }])
  t.match(JSON.parse(verify.stderr), { exit: 4, message: /^damaged: / })
  const ingest = await run(['index', 'process-jsonl', 'none.jsonl', ...INTO, '-q', '--json'])
  t.match(JSON.parse(ingest.stderr), { code: 'ELYSIA_INPUT_MISSING' })
})

t.test('quietly, more than one fault of a rebuild or a cleanup is one line', async (t) => {
  const { directory, run } = await furnished(t)
  for (const name of ['x', 'y']) {
    mkdirSync(join(directory, name))
    writeFileSync(join(directory, name, 'manifest.json'), '{')
  }
  isOneLine(t, await run(['col', 'catalog', 'rebuild', '.', '-q']), 4, /manifest|x/, 'rebuild')
})

t.test('quietly, a signal leaves one line that says how to go on', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'changes.jsonl': adds(40) })
  const target = ['--target', double.target]
  const ingest = ['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...target]
  double.faults.inject({ fault: 'delay', on: 'BatchObjects', ms: 150 })
  const run = place.start([...ingest, '-q', '--batch-size', '1'])
  while (double.objects('C').length < 2) await setTimeout(5)
  run.child.kill('SIGTERM')
  isOneLine(
    t,
    await run.ended,
    143,
    /stopped by SIGTERM; continue with: elysiactl index process-jsonl changes\.jsonl /,
    'ingest',
  )
  double.faults.clear()
  t.equal((await place.run([...ingest, '-q'])).code, 0)
  double.faults.inject({ fault: 'delay', on: 'Search', ms: 1000 })
  const backup = place.start(['col', 'backup', 'c', '--to', 'archive', ...target, '-q'])
  const before = double.calls.by.Search ?? 0
  while ((double.calls.by.Search ?? 0) === before) await setTimeout(5)
  backup.child.kill('SIGINT')
  isOneLine(
    t,
    await backup.ended,
    130,
    /interrupted; continue with: elysiactl col backup c --to archive .* --resume$/,
    'backup',
  )
})
