// What to do next is said once, last of all, as a command line that can be pasted: here it is.
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { adds, home } from '../../bin/elysiactl.ts'
import { idOf } from '../../bin/filled.ts'
import { weaviateDouble } from '../../double/double.ts'
import { INTO } from '../command.ts'

t.test('rejected records: the command that feeds them in, with the flags that were given', async (t) => {
  const place = home(t, { 'changes.jsonl': `${adds(2)}{"repo":"r","op":"ad","path":"x","content":"y"}\n` })
  const target = ['--target', 'sqlite:my store.db']
  const { code, stderr } = await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO, ...target])
  t.equal(code, 3)
  const last = stderr.trimEnd().split('\n').at(-1)!
  const line = /^next: correct the rejected records, then: elysiactl (.*)$/.exec(last)?.[1]
  t.match(line, / --from-rejects --collection source-code --target 'sqlite:my store\.db'$/, stderr)
  const path = line!.split(' ')[2]!
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/(\\?")ad\1/g, '$1add$1'))
  const { child, ended } = place.start([], ['sh', '-c', `"$@" ${line}`, 'sh'])
  child.stdin!.end()
  const again = await ended
  t.match(again, { code: 0, stderr: /written +1\n/ })
  t.notMatch(again.stderr, /next:/, 'nothing is left to be done')
})

t.test('a dry run, --quiet and a run without rejects have no next step', async (t) => {
  const place = home(t, { 'bad.jsonl': 'not json\n', 'good.jsonl': adds(2) })
  for (const words of [['bad.jsonl', '--dry-run'], ['bad.jsonl', '-q'], ['good.jsonl']]) {
    const { stderr } = await place.run(['index', 'process-jsonl', ...INTO, ...words])
    t.notMatch(stderr, /next:/, words.join(' '))
  }
})

const numbered = (name: string, ...values: unknown[]) =>
  values.map((n, at) => `${JSON.stringify({ class: name, id: idOf(at + 1), properties: { n } })}\n`).join('')

const PLAIN = JSON.stringify({
  class: 'Plain',
  vectorizer: 'none',
  properties: [{ name: 'n', dataType: ['int'] }],
})

t.test('rejected objects: the command that restores them, corrected, among the others', async (t) => {
  const place = home(t, { 'objects.jsonl': numbered('Plain', 1, 'two'), 'class.json': PLAIN })
  const flags = ['--schema', 'class.json', '--target', 'sqlite:my store.db']
  const { code, stderr } = await place.run(['col', 'restore', 'objects.jsonl', ...flags])
  t.equal(code, 3)
  const last = stderr.trimEnd().split('\n').at(-1)!
  const line = /^next: correct the rejected objects, then: elysiactl (.*)$/.exec(last)?.[1]
  t.match(line, /\.jsonl --on-conflict skip --target 'sqlite:my store\.db'$/, stderr)
  const path = line!.split(' ')[2]!
  writeFileSync(path, readFileSync(path, 'utf8').replace('"two"', '2'))
  const { child, ended } = place.start([], ['sh', '-c', `"$@" ${line}`, 'sh'])
  child.stdin!.end()
  const again = await ended
  t.match(again, { code: 0, stderr: /done: Plain in [\s\S]*written +1\n/ })
  t.notMatch(again.stderr, /next:/, 'nothing is left to be done')
  const { stdout } = await place.run(['col', 'cat', 'Plain', '--target', 'sqlite:my store.db'])
  const objects = stdout
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one))
  t.match(objects, [{ id: idOf(1) }, { id: idOf(2), properties: { n: 2 } }])
})

t.test('rejected objects of two restores: a command for each, also where they share a file', async (t) => {
  const repeated = (name: string) => numbered(name, 1) + numbered(name, 2)
  const place = home(t, { 'a.jsonl': repeated('A'), 'b.jsonl': repeated('B') })
  const both = ['col', 'restore', 'a.jsonl', 'b.jsonl', '--target']
  const apart = await place.run([...both, 'sqlite:a.db'])
  const command = 'elysiactl col restore \\S+\\.jsonl --on-conflict skip --target sqlite:a.db'
  t.equal(apart.code, 3)
  t.match(apart.stderr, new RegExp(`then: ${command} && ${command}\\n$`))
  const shared = await place.run([...both, 'sqlite:b.db', '--rejects', 'r.jsonl'])
  t.equal(shared.code, 3)
  const lines = /then: (.*) && (.*)\n$/.exec(shared.stderr)?.slice(1) ?? []
  t.match(lines, [
    / r\.jsonl --collection A --on-conflict skip /,
    / r\.jsonl --collection B --on-conflict skip /,
  ])
  for (const line of lines) {
    const again = await place.run(line.split(' ').slice(1))
    t.match(again, { code: 0, stderr: /exists +1\n/ }, again.stderr)
  }
})

t.test('a restore without rejected objects, its dry run and --quiet have no next step', async (t) => {
  const place = home(t, { 'bad.jsonl': `${numbered('Plain', 1, 'two')}[]\n`, 'class.json': PLAIN })
  writeFileSync(`${place.directory}/line.jsonl`, `${numbered('Plain', 1)}{"no":1}\n`)
  for (const [at, words] of [
    ['bad.jsonl', '--dry-run'],
    ['bad.jsonl', '-q'],
    ['bad.jsonl', '--json'],
    ['line.jsonl'],
  ].entries()) {
    const all = ['col', 'restore', ...words, '--schema', 'class.json', '--target', `sqlite:${at}.db`]
    const { code, stderr } = await place.run(all)
    t.equal(code, 3, stderr)
    t.notMatch(stderr, /next:/, words.join(' '))
  }
})

t.test('a server that stays away: the command that goes on, below the error', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t, { 'changes.jsonl': adds(40) })
  const flags = [
    ...INTO,
    '--target',
    double.target,
    '--retry-for',
    '0',
    '--batch-size',
    '10',
    '--workers',
    '1',
  ]
  double.faults.inject({ fault: 'reset', when: 'before', on: 'BatchObjects', skip: 2 })
  const { code, stderr } = await place.run(['index', 'process-jsonl', 'changes.jsonl', ...flags])
  t.equal(code, 13)
  t.match(
    stderr,
    /\nerror: .*cannot be reached[\s\S]*\nnext: continue with: elysiactl index process-jsonl changes\.jsonl .*\n$/,
  )
  double.faults.clear()
  t.equal((await place.run(['index', 'process-jsonl', 'changes.jsonl', ...flags])).code, 0)
  double.faults.inject({ fault: 'reset', when: 'before', on: 'Search' })
  const backup = [
    'col',
    'backup',
    'SourceCode',
    '--to',
    'archive',
    '--target',
    double.target,
    '--retry-for',
    '0',
  ]
  const failed = await place.run(backup)
  t.equal(failed.code, 13, failed.stderr)
  t.match(failed.stderr, /\nnext: continue with: elysiactl col backup SourceCode --to archive .* --resume\n$/)
  double.faults.clear()
  t.equal((await place.run([...backup, '--resume'])).code, 0)
})

t.test('a conflict names what would work', async (t) => {
  const place = home(t, { 'changes.jsonl': adds(2) })
  t.equal((await place.run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])).code, 0)
  t.equal((await place.run(['col', 'backup', 'source-code', '--to', 'archive'])).code, 0)
  const conflicts = {
    'col backup source-code --to archive': /hint: give another --to/,
    'col restore archive':
      /hint: .*restore under another name with --name, choose with --on-conflict .*, or remove it with `col rm`/,
  }
  for (const [words, hint] of Object.entries(conflicts)) {
    t.match(await place.run(words.split(' ')), { code: 5, stderr: hint }, words)
  }
})
