import { mkdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { adds, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const INGEST = ['index', 'process-jsonl', '--collection', 'source-code', ...STORE]
const STATUS = ['index', 'status', ...STORE]

function changeset(repo: string, commit: string): string {
  return `${JSON.stringify({ repo, new_changeset: { commit } })}\n`
}

interface Status {
  readonly runs: readonly {
    readonly id: string
    readonly status: string
    readonly counts: { written: number }
  }[]
}

t.test('status of a store without runs says so', async (t) => {
  const at = home(t)
  await filled(at, 'Other', [])
  t.match(await at.run(STATUS), { code: 0, stdout: '', stderr: /no runs yet/ })
})

t.test('status lists the runs, newest first, with their counts and the last commits', async (t) => {
  const { run } = home(t, {
    'one.jsonl': `${adds(3)}${changeset('r', 'aaa')}${changeset('s', 'sss')}`,
    'two.jsonl': `${adds(4)}bad\n${changeset('r', 'bbb')}`,
  })
  await run([...INGEST, 'one.jsonl', '--run-id', 'first'])
  await run([...INGEST, 'two.jsonl', '--run-id', 'second'])
  const { code, stdout } = await run(STATUS)
  t.equal(code, 0)
  const [head, newest, oldest] = stdout.split('\n')
  t.match(head, /^RUN +KIND +STATUS +COLLECTION +CLASS +INPUTS +COUNTS +STARTED +UPDATED$/)
  t.match(
    newest,
    /^second +ingest +done +source-code +SourceCode +\S+two\.jsonl +6 lines: 1 written, 3 unchanged, 1 control, 1 rejected +/,
  )
  t.match(oldest, /^first +ingest +done +.* 5 lines: 3 written, 2 control +/)
  t.match(stdout, /\nSourceCode +r +bbb\nSourceCode +s +sss\n$/)
})

t.test('status --json is one document, and --limit keeps to the newest', async (t) => {
  const { run } = home(t, { 'one.jsonl': `${adds(3)}bad\n` })
  await run([...INGEST, 'one.jsonl', '--run-id', 'first'])
  await run([...INGEST, 'one.jsonl', '--run-id', 'second'])
  const { runs } = JSON.parse((await run([...STATUS, '--json'])).stdout) as Status
  t.match(runs, [
    { id: 'second', status: 'done', counts: { lines: 4, unchanged: 3 } },
    { id: 'first', status: 'done', counts: { lines: 4, written: 3, rejected: { not_json: 1 } } },
  ])
  const newest = JSON.parse((await run([...STATUS, '--json', '--limit', '1'])).stdout) as Status
  t.same(
    newest.runs.map((one) => one.id),
    ['second'],
  )
  t.equal((await run([...STATUS, '--limit', '0'])).code, 2)
  t.equal((await run([...STATUS, 'more'])).code, 2)
})

t.test('status says running of a run that goes on, and interrupted of one that was killed', async (t) => {
  const place = home(t)
  const SYNC = ['index', 'sync', '--stdin', '--collection', 'c', '--batch-size', '1', '-v', ...STORE]
  const begun = async (sign: string) => {
    const { child, ended, says } = place.start(SYNC)
    child.stdin!.write(`bad\n${adds(2)}`)
    await says(sign)
    return { child, ended }
  }
  const statuses = async () => {
    const { runs } = JSON.parse((await place.run([...STATUS, '--json'])).stdout) as Status
    return runs.map(({ status }) => status)
  }
  const first = await begun('line 1: not_json')
  t.same(await statuses(), ['running'])
  first.child.kill('SIGKILL')
  await first.ended
  t.same(await statuses(), ['interrupted'])
  t.match((await place.run(STATUS)).stdout, / interrupted /)

  const second = await begun('continues the interrupted run')
  t.same(await statuses(), ['running'], 'the run that continues it')
  second.child.kill('SIGTERM')
  t.equal((await second.ended).code, 143)
  t.same(await statuses(), ['interrupted'])
  t.equal((await place.run([...SYNC, '--fresh'], adds(1))).code, 0)
  t.same(await statuses(), ['done', 'interrupted'])
})

t.test('status of runs into a server needs no server', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const { run } = home(t, { 'changes.jsonl': `${adds(3)}${changeset('r', 'aaa')}` })
  const target = ['--target', double.target]
  const ingest = [
    'index',
    'process-jsonl',
    'changes.jsonl',
    '--collection',
    'source-code',
    '--run-id',
    'first',
  ]
  t.equal((await run([...ingest, ...target])).code, 0)
  await double.stop()
  const { code, stdout, stderr } = await run(['index', 'status', ...target, '--json'])
  t.equal(code, 0, stderr)
  t.match(JSON.parse(stdout), {
    runs: [{ id: 'first', counts: { written: 3 } }],
    commits: { SourceCode: { r: 'aaa' } },
  })
  const other = await run(['index', 'status', '--target', 'http://127.0.0.1:1'])
  t.match(other, { code: 0, stdout: '', stderr: /no runs yet/ })
})

t.test('status shows verifications and cleanups with what they did, whatever the target', async (t) => {
  const at = home(t)
  await filled(at, 'Other', [{ id: idOf(1), properties: { path: 'a' } }])
  await at.run(['col', 'backup', 'Other', '--to', 'archive', ...STORE])
  t.equal((await at.run(['col', 'catalog', 'verify', 'archive', '--level', 'records'])).code, 0)
  const cleanup = ['col', 'catalog', 'cleanup', '--older-than', '1d', '--include-outside', '--yes']
  t.equal((await at.run(cleanup)).code, 0)
  for (const target of [STORE, ['--target', 'http://127.0.0.1:1']]) {
    const { stdout, stderr } = await at.run(['index', 'status', ...target, '--json'])
    const { runs } = JSON.parse(stdout || JSON.stringify({ stderr }))
    const own = (runs as { kind: string }[]).filter(({ kind }) => ['verify', 'cleanup'].includes(kind))
    t.match(own, [
      { kind: 'cleanup', status: 'done', counts: { archives: 0, removed: 0, failed: 0 } },
      { kind: 'verify', status: 'done', class: 'Other', counts: { parts_checked: 1, num_errors: 0 } },
    ])
  }
  t.match((await at.run(STATUS)).stdout, /verify +done +Other +Other +\S+ +1 of 1 part: 0 faults/)
})

t.test(
  'status shows the command that records came from: no digest of it, and none of its values',
  async (t) => {
    const { run } = home(t, { 'one.jsonl': adds(3) })
    const sync = ['index', 'sync', '--collection', 'c', '--target', 'sqlite:store.db', '--from-command', '--']
    t.equal(
      (
        await run([
          ...sync,
          'sh',
          '-c',
          'cat one.jsonl',
          '--token=s3cret',
          'x',
          '-ps3cret',
          '-u',
          '--s3cret0',
        ])
      ).code,
      0,
    )
    const { stdout } = await run(['index', 'status', '--target', 'sqlite:store.db'])
    t.match(stdout, / {2}sh -c … --token … -u … {2}/)
    t.notMatch(stdout, /command:|s3cret|[0-9a-f]{64}/)
    const json = await run(['index', 'status', '--target', 'sqlite:store.db', '--json'])
    const [first] = JSON.parse(json.stdout).runs
    t.match(first, { inputs: [/^command:[0-9a-f]{64}$/], labels: ['sh -c … --token … -u …'] })
    t.notMatch(json.stdout, /s3cret/)
  },
)

t.test('a broken journal of the user leaves out what was run on archives, and that is said', async (t) => {
  const { run, directory } = home(t, { 'one.jsonl': adds(3) })
  const into = ['--target', 'sqlite:store.db']
  t.equal((await run(['index', 'process-jsonl', 'one.jsonl', '--collection', 'c', ...into])).code, 0)
  mkdirSync(`${directory}/state/elysiactl`, { recursive: true })
  writeFileSync(`${directory}/state/elysiactl/runs.db`, 'no database at all'.repeat(100))
  const { code, stdout, stderr } = await run(['index', 'status', ...into])
  t.equal(code, 0, stderr)
  t.match(stdout, /ingest +done/)
  t.match(stderr, /warning: .*not shown: .*runs\.db/)
})
