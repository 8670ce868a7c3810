import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { adds, type Home, home } from '../elysiactl.ts'
import { filled, STORE } from '../filled.ts'

const SYNC = ['index', 'sync', '--stdin', '--collection', 'c']
const ARCHIVE = readFileSync(new URL('../../../fixtures/golden/single.jsonl.gz', import.meta.url))
const NOWHERE = ['--target', 'sqlite:nowhere.db']

t.test('a run waits for a server that is away when it begins, says so, and goes on', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const { child, ended, says } = home(t).start([...SYNC, '--target', double.target, '--json'])
  child.stdin!.end(adds(3))
  await says('tries again in')
  await double.faults.accept()
  const { code, stdout, stderr } = await ended
  t.equal(code, 0, stderr)
  t.match(JSON.parse(stdout), { status: 'done', written: 3 })
  t.match(stderr, /cannot be reached: .*; tries again in \d+\.\d s \(attempt 1\)/)
})

t.test('a watch waits for it likewise', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const place = home(t, { inbox: {} as never })
  const watch = ['index', 'watch', 'inbox', '--collection', 'c', '--target', double.target]
  const { child, ended, says } = place.start(watch)
  await says('tries again in')
  await double.faults.accept()
  await says('target http')
  child.kill('SIGTERM')
  t.equal((await ended).code, 143)
})

t.test('a server that stays away for longer than --retry-for is exit 13, with what was tried', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const place = home(t)
  // Long enough for a second attempt where the first one alone takes a second, on a busy machine.
  const { code, stderr } = await place.run([...SYNC, '--target', double.target, '--retry-for', '4s'], adds(1))
  t.equal(code, 13)
  t.match(stderr, /tries again in/)
  t.match(stderr, /gave up after 4 s: .* cannot be reached/)
  const names = readdirSync(`${place.directory}/state/elysiactl`)
  t.strictSame(
    names.filter((name) => !name.startsWith('history.db')),
    [],
    'nothing but the note that it failed',
  )
})

t.test('SIGINT ends the wait with 130', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const { child, ended, says } = home(t).start([...SYNC, '--target', double.target])
  await says('tries again in')
  child.kill('SIGINT')
  const { code, stderr } = await ended
  t.equal(code, 130)
  t.notMatch(stderr, /error/)
})

t.test('a run that reads from a server waits for it as long as --retry-for', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const place = home(t, { 'archive.jsonl.gz': ARCHIVE })
  for (const command of [
    ['col', 'backup', 'Thing', '--target', double.target],
    ['col', 'backup', '--all', '--target', double.target],
    ['col', 'migrate', 'Thing', '--drop', 'title', '--target', double.target],
    ['col', 'copy', `${double.target}#Thing`, 'sqlite:copy.db#Thing'],
    ['diff', `${double.target}#Thing`, `${double.target}#Other`],
    ['col', 'catalog', 'verify', 'archive.jsonl.gz', '--level', 'live', '--against', double.target],
  ]) {
    const { code, stderr } = await place.run([...command, '--retry-for', '1s'])
    t.equal(code, 13, `${command.join(' ')}: ${stderr}`)
    t.match(stderr, /gave up after 1 s: .* cannot be reached/, command.join(' '))
  }
})

t.test('a command that only reads does not wait for a server', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  await double.faults.refuse()
  const { code, stderr } = await home(t).run(['col', 'ls', '--target', double.target])
  t.equal(code, 13)
  t.notMatch(stderr, /tries again/)
})

t.test('a command that only reads makes no store where the one that is named is not there', async (t) => {
  const place = home(t)
  for (const command of [
    ['col', 'ls'],
    ['col', 'show', 'c'],
    ['col', 'cat', 'c'],
    ['col', 'rm', 'c', '--yes'],
    ['index', 'status'],
  ]) {
    const { code, stdout, stderr } = await place.run([...command, ...NOWHERE, '--json'])
    t.equal(code, 10, command.join(' '))
    t.equal(stdout, '')
    t.match(JSON.parse(stderr.trim()), {
      code: 'ELYSIA_NOT_FOUND',
      message: /there is no store .*nowhere\.db/,
    })
  }
  t.same(namesIn(place), [])
})

t.test('the default store that no run has made yet is empty, and is not made by looking', async (t) => {
  const place = home(t)
  const listed = await place.run(['col', 'ls'])
  t.match(listed, { code: 0, stdout: '', stderr: /store\.db \(default\), not there yet.*\nno collections; / })
  t.equal((await place.run(['col', 'cat', 'c'])).code, 10)
  t.equal((await place.run(['col', 'show', 'c'])).code, 10)
  t.equal((await place.run(['col', 'rm', 'c', '--yes'])).code, 10)
  t.match(await place.run(['index', 'status']), { code: 0, stdout: '', stderr: /no runs yet/ })
  t.same(namesIn(place), [])
})

t.test('looking at the runs into a server makes no journal of them', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const place = home(t)
  t.match(await place.run(['index', 'status', '--target', double.target]), { code: 0, stderr: /no runs yet/ })
  t.same(namesIn(place), [])
})

t.test('a dry run makes no store, nor a collection in one that is there', async (t) => {
  const place = home(t, { 'changes.jsonl': adds(3) })
  for (const target of [[], NOWHERE]) {
    const { code, stdout } = await place.run([...SYNC, '--dry-run', '--json', ...target], adds(3))
    t.equal(code, 0)
    t.match(JSON.parse(stdout), { status: 'done', dry_run: true, written: 3, target: /\.db$/ })
  }
  t.same(namesIn(place), ['changes.jsonl'])
  await filled(place, 'Other', [])
  t.equal((await place.run([...SYNC, '--dry-run', ...STORE], adds(3))).code, 0)
  t.match((await place.run(['col', 'ls', ...STORE])).stdout, /^NAME.*\nOther +0\n$/)
})

/** What the command made; caches of Node's are not its own. */
function namesIn({ directory }: Home): string[] {
  return readdirSync(directory).filter((name) => !name.startsWith('.'))
}
