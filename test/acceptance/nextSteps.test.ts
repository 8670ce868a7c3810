// What to do next is said once, last of all, as a command line that can be pasted: here it is.
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { adds, home } from '../bin/elysiactl.ts'
import { weaviateDouble } from '../double/double.ts'
import { INTO } from './command.ts'

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
    'col restore archive': /hint: .*restore under another name with --name, or remove it with `col rm`/,
  }
  for (const [words, hint] of Object.entries(conflicts)) {
    t.match(await place.run(words.split(' ')), { code: 5, stderr: hint }, words)
  }
})
