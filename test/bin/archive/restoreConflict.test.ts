// `col restore --on-conflict` as a person meets it: what is said before, what after, what is asked, and a full disk.
import t from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { home } from '../elysiactl.ts'

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const CLASS = JSON.stringify({
  class: 'Note',
  vectorizer: 'none',
  properties: [{ name: 'text', dataType: ['text'] }],
})
const notes = (text: string, ...numbers: number[]) =>
  numbers.map((n) => `${JSON.stringify({ class: 'Note', id: idOf(n), properties: { text } })}\n`).join('')

t.test('what will be changed is said before, and how to undo it after', async (t) => {
  const { run } = home(t, {
    'a.jsonl': notes('old', 1, 2),
    'b.jsonl': notes('new', 2, 3),
    'class.json': CLASS,
  })
  const into = ['--target', 'sqlite:a.db']
  t.match(await run(['col', 'restore', 'a.jsonl', '--schema', 'class.json', ...into]), { code: 0 })
  const { code, stderr } = await run(['col', 'restore', 'b.jsonl', '--on-conflict', 'overwrite', ...into])
  t.equal(code, 0, stderr)
  t.match(
    stderr,
    /changes Note in sqlite:\S+a\.db, which holds 2 objects: objects of the archive replace those/,
  )
  t.match(stderr, /is kept for 7d in \S+undo\S+, and can be undone/)
  const [, line = ''] =
    /undo it with: elysiactl (col rollback \S+ --target sqlite:a\.db) \(until/.exec(stderr) ?? []
  t.match(await run(['col', 'catalog', 'undos']), { code: 0, stdout: /Note +sqlite:\S+ +overwrite +done/ })
  t.match(await run([...line.split(' '), '--dry-run']), { code: 0, stderr: /put back +1\n +removed +1\n/ })
  t.match(await run(line.split(' ')), {
    code: 0,
    stderr: /put back +1\n +removed +1\n[\s\S]*read back: 2 objects as before/,
  })
  const { stdout } = await run(['col', 'cat', 'Note', ...into])
  t.same(
    stdout
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one).properties.text),
    ['old', 'old'],
  )
  const first = await run(['index', 'status', '--json', ...into])
  const kinds = JSON.parse(first.stdout).runs.map(
    ({ kind, status }: Record<string, string>) => `${kind} ${status}`,
  )
  t.same(kinds, ['rollback done', 'restore done', 'restore done'])
})

t.test('a replace asks; without a terminal it needs --yes, and a dry run neither', async (t) => {
  const { run } = home(t, {
    'a.jsonl': notes('old', 1, 2, 3),
    'b.jsonl': notes('new', 1, 2),
    'class.json': CLASS,
  })
  const into = ['--target', 'sqlite:a.db']
  t.match(await run(['col', 'restore', 'a.jsonl', '--schema', 'class.json', ...into]), { code: 0 })
  const replace = ['col', 'restore', 'b.jsonl', '--on-conflict', 'replace', ...into]
  t.match(await run(replace), { code: 2, stderr: /there is no terminal to ask on[\s\S]*--yes/ })
  const tooMany = await run([...replace, '--yes'])
  t.match(tooMany, { code: 5, stderr: /would delete 1 of 3 objects \(33\.3 %\).*--max-delete allows 10%/ })
  const all = [...replace, '--max-delete', '1']
  t.match(await run([...all, '--dry-run']), { code: 0, stderr: /1 object would be deleted, last of all/ })
  t.match(await run([...all, '--yes']), { code: 0, stderr: /deleted +1\n/ })
  t.match(await run(['col', 'ls', '--json', ...into]), { stdout: /"objects":2/ })
})

t.test('a restore that made its class names col rm in place of a rollback', async (t) => {
  const { run } = home(t, { 'a.jsonl': notes('old', 1), 'class.json': CLASS })
  const words = ['a.jsonl', '--schema', 'class.json', '--target', 'sqlite:a.db', '--run-id', 'first']
  t.match(await run(['col', 'restore', ...words]), { code: 0 })
  const back = await run(['col', 'rollback', 'first', '--target', 'sqlite:a.db'])
  t.match(back, { code: 5, stderr: /created Note[\s\S]*elysiactl col rm Note/ })
})

t.test(
  'where the disk takes no more, the run ends before the batch goes out, and can be undone',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const numbers = Array.from({ length: 400 }, (_, n) => n)
    const place = home(t, {
      'a.jsonl': notes('old '.repeat(500), ...numbers),
      'b.jsonl': notes('new '.repeat(500), ...numbers),
      'class.json': CLASS,
    })
    const into = ['--target', double.target]
    t.match(await place.run(['col', 'restore', 'a.jsonl', '--schema', 'class.json', ...into]), { code: 0 })
    const words = [
      'col',
      'restore',
      'b.jsonl',
      '--on-conflict',
      'overwrite',
      '--batch-size',
      '20',
      '--run-id',
      'full',
    ]
    const limited = place.start([...words, ...into], ['sh', '-c', 'ulimit -f 800; exec "$@"', 'sh'])
    const { code, stderr } = await limited.ended
    t.equal(code, 1, stderr)
    t.match(stderr, /what is about to be changed cannot be kept in \S+undo\S+full/)
    const changed = () => double.objects('Note').filter((one) => JSON.stringify(one).includes('new ')).length
    t.ok(changed() > 0 && changed() < 400, `${changed()} objects were overwritten`)
    t.match(await place.run(['col', 'rollback', 'full', ...into]), { code: 0 })
    t.equal(changed(), 0)
  },
)
