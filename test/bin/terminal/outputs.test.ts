import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { adds, home } from '../elysiactl.ts'

const STORE = ['--target', 'sqlite:store.db']
const INTO = ['--collection', 'source-code', ...STORE]

t.test('the input is refused as the rejects file, and stays as it was', async (t) => {
  const text = `${adds(2)}bad\n`
  const { run, start, directory } = home(t, { 'in.jsonl': text })
  const named = await run(['index', 'process-jsonl', 'in.jsonl', ...INTO, '--rejects', 'in.jsonl'])
  t.match(named, { code: 2, stderr: /--rejects in\.jsonl is the input, which is read/ })
  const redirected = start(
    ['index', 'sync', '--stdin', ...INTO, '--rejects', 'in.jsonl'],
    ['sh', '-c', 'exec "$@" < in.jsonl', 'sh'],
  )
  t.match(await redirected.ended, { code: 2, stderr: /is the input/ })
  const store = await run(['index', 'process-jsonl', 'in.jsonl', ...INTO, '--rejects', 'store.db'])
  t.match(store, { code: 2, stderr: /is a file of the store/ })
  t.equal(readFileSync(join(directory, 'in.jsonl'), 'utf8'), text)
  t.match(await run(['index', 'process-jsonl', 'in.jsonl', ...INTO]), { code: 3 })
})

t.test('the archive and the store are refused as the rejects file of a restore', async (t) => {
  const { run, directory } = home(t, { 'in.jsonl': adds(2) })
  await run(['index', 'process-jsonl', 'in.jsonl', ...INTO])
  await run(['col', 'backup', 'source-code', '--to', 'one.jsonl', ...STORE])
  await run(['col', 'backup', 'source-code', '--to', 'many', ...STORE])
  const before = readFileSync(join(directory, 'one.jsonl'), 'utf8')
  const restore = (archive: string, rejects: string) =>
    run(['col', 'restore', archive, '--name', 'other', ...STORE, '--rejects', rejects])
  t.match(await restore('one.jsonl', 'one.jsonl'), { code: 2, stderr: /is the archive/ })
  t.match(await restore('many', 'many/manifest.json'), { code: 2, stderr: /the archive, which is read/ })
  t.match(await restore('many', 'many/new.jsonl'), { code: 2, stderr: /lies in the archive/ })
  t.match(await restore('one.jsonl', 'store.db'), { code: 2, stderr: /is a file of the store/ })
  t.equal(readFileSync(join(directory, 'one.jsonl'), 'utf8'), before)
  t.match(await restore('many', 'rejects.jsonl'), { code: 0 })
})

t.test('a restore keeps what it finds in the place of its rejects', async (t) => {
  const lines =
    '{"class":"X","id":"not an id","properties":{}}\n{"id":"00000000-0000-4000-8000-000000000001","properties":{"a":"b"}}\n'
  const { run, directory } = home(t, { 'objects.jsonl': lines, 'rejects.jsonl': 'notes of somebody' })
  await run(['col', 'restore', 'objects.jsonl', '--name', 'one', ...STORE, '--rejects', 'rejects.jsonl'])
  t.equal(readFileSync(join(directory, 'rejects.jsonl.1'), 'utf8'), 'notes of somebody')
})

t.test('a run id that was used is refused with exit 5', async (t) => {
  const { run } = home(t, { 'in.jsonl': adds(1) })
  const command = ['index', 'process-jsonl', 'in.jsonl', ...INTO, '--run-id', 'mine']
  t.equal((await run(command)).code, 0)
  t.match(await run(command), { code: 5, stderr: /another --run-id/ })
  t.match(await run([...command, '--dry-run']), { code: 5 })
})

t.test('two pipes into one collection are told apart by --input-name', async (t) => {
  const { run, start } = home(t)
  const sync = ['index', 'sync', '--stdin', ...INTO, '--batch-size', '1', '-v']
  const first = start(sync)
  first.child.stdin!.write('no change record\n')
  await first.says('line 1: not_json')
  t.match(await run(sync, adds(1)), { code: 11, stderr: /--input-name/ })
  t.match(await run([...sync, '--input-name', 'other'], adds(1)), { code: 0 })
  first.child.stdin!.end()
  t.equal((await first.ended).code, 3)
})

t.test('the summary shows ten repositories and how many more there are', async (t) => {
  const repository = (number: number) => `{"repo":"r${number}","new_changeset":{"commit":"c${number}"}}\n`
  const { run } = home(t, { 'in.jsonl': Array.from({ length: 13 }, (_, at) => repository(at)).join('') })
  const { stderr } = await run(['index', 'process-jsonl', 'in.jsonl', ...INTO])
  t.equal(stderr.match(/last commit of r/g)?.length, 10)
  t.match(stderr, /and 3 more/)
  const { stdout } = await run(['index', 'status', '--json', ...STORE])
  t.match(JSON.parse(stdout), { commits: { SourceCode: { r0: 'c0', r12: 'c12' } } })
  await run(['col', 'rm', 'source-code', '--yes', ...STORE])
  t.same(JSON.parse((await run(['index', 'status', '--json', ...STORE])).stdout).commits, {})
})
