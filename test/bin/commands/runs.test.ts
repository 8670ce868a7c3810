// The history as a person meets it: what was run is there, whatever became of it, and it is never in the way.
import { chmodSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { adds, home } from '../elysiactl.ts'
import { some } from '../runs.ts'

const INTO = ['--collection', 'c']

t.test('runs list, show and report say what was run, and why it failed', async (t) => {
  const { run, start } = home(t, {
    'changes.jsonl': `${adds(5)}not json\n`,
    'elysiactl.yaml': 'expect: {C: {every: 24h}, Never: {every: 24h}}\n',
  })
  t.equal((await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])).code, 3)
  t.equal((await run(['col', 'backup', 'c', '--to', 'whole'])).code, 0)
  t.equal((await run(['col', 'backup', 'c', '--to', 'whole'])).code, 5)
  t.equal((await run(['col', 'backup', 'c', '--dry-run'])).code, 0)
  const away = (at: string) => [
    'col',
    'backup',
    'c',
    '--target',
    `http://${at}127.0.0.1:1`,
    '--retry-for',
    '0',
  ]
  t.equal((await run(away('me:secret@'))).code, 2)
  t.equal((await run(away(''))).code, 13)
  const { runs } = JSON.parse((await run(['runs', 'list', '--json'])).stdout)
  t.match(runs, [
    { kind: 'backup', status: 'failed', exit_code: 13, error: { code: 'ELYSIA_UNREACHABLE' } },
    {
      kind: 'backup',
      status: 'failed',
      exit_code: 2,
      command: ['col', 'backup', 'c', '--target', 'http://***@127.0.0.1:1'],
    },
    { kind: 'backup', status: 'failed', exit_code: 5, collection: 'C' },
    { kind: 'backup', status: 'done', exit_code: 0, collection: 'C', records: 5 },
    { kind: 'ingest', status: 'rejects', exit_code: 3, records: 6, rejected: 1 },
  ])
  t.equal(runs.length, 5)
  t.notMatch(JSON.stringify(runs), /secret/)
  const shown = await run(['runs', 'show', 'last'])
  t.match(shown.stdout, /^backup of C, \S+: failed, exit 13\n {2}ELYSIA_UNREACHABLE: /)
  t.match(shown.stdout, /log:\n {2}\d\d:\d\d:\d\d {2}\S+ .*\n/)
  t.match(shown.stdout, /:\d\d {2}error {2}.*127\.0\.0\.1:1/, 'what a person was told is kept')
  const ofIngest = await run(['runs', 'show', runs.at(-1).id, '--json'])
  const [log] = JSON.parse(ofIngest.stdout).logs
  const texts: string[] = log.lines.map(
    ({ level, text }: { level: string; text: string }) => `${level}: ${text}`,
  )
  t.match(texts, [/^note: target /])
  t.ok(texts.includes('event: ended: done'))
  t.notMatch(ofIngest.stdout, /not json/, 'no record')
  t.match(shown.stdout, /to repeat it, in \S+:\n {2}elysiactl col backup c --target http:\/\/127\.0\.0\.1:1/)
  const failed = await run(['runs', 'list', '--status', 'failed', '--since', '1d'])
  t.equal(failed.stdout.trimEnd().split('\n').length, 4)
  const report = await run(['report'])
  t.match(report, { code: 0, stdout: /needs attention: \d/ })
  t.match(report.stdout, /Never: there never was a backup/)
  t.match(report.stdout, /next: elysiactl runs show \d{8}T/)
  const page = await run(['report', '--format', 'html'])
  t.match(page.stdout, /^<!doctype html>/)
  const tail = start(['runs', 'tail', '--kind', 'ingest'])
  await new Promise<void>((resolve) => tail.child.stdout!.once('data', () => resolve()))
  tail.child.kill('SIGINT')
  t.match(await tail.ended, { code: 130, stdout: /ingest of C {2}rejects/ })
})

t.test('a backup that was killed is failed for the next command of any kind', async (t) => {
  const { run, start } = home(t, { 'changes.jsonl': adds(5) })
  await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])
  const failpoint = ['env', 'ELYSIACTL_TEST=1', 'ELYSIACTL_FAILPOINT=backup.after-note']
  const killed = await start(['col', 'backup', 'c', '--to', 'half'], failpoint).ended
  t.not(killed.code, 0, 'it was killed')
  const { runs } = JSON.parse((await run(['runs', 'list', '--kind', 'backup', '--json'])).stdout)
  t.match(runs, [{ status: 'killed', error: { code: 'ELYSIA_KILLED' } }])
  t.notOk('rejected' in runs[0], 'how many were rejected is unknown, and not 0')
  const shown = await run(['runs', 'show', runs[0].id])
  t.match(shown.stdout, /\n {2}rejected +unknown\n/)
  t.match((await run(['report'])).stdout, /fault {4}the last backup of C was killed/)
})

t.test('whatever is wrong with the history, the job is done, and one warning says so', async (t) => {
  const { run, directory } = home(t, { 'changes.jsonl': adds(2) })
  const ingest = async (what: string) => {
    const { code, stderr } = await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])
    t.equal(code, 0, `${what}: ${stderr}`)
    return stderr.split('\n').filter((line) => line.startsWith('warning'))
  }
  t.strictSame(await ingest('well'), [])
  const state = join(directory, 'state', 'elysiactl')
  const file = join(state, 'history.db')
  const other = openDatabase(file)
  other.exec('BEGIN IMMEDIATE')
  t.match(await ingest('locked'), [/this is missing from the history: another process/])
  other.exec('ROLLBACK')
  other.close()
  writeFileSync(file, 'no database '.repeat(1000))
  t.match(await ingest('damaged'), [/is damaged.*moved to \S+history\.db\.damaged-/])
  t.ok(readdirSync(state).some((name) => name.startsWith('history.db.damaged-')))
  if (process.getuid?.() !== 0) {
    for (const name of readdirSync(state))
      if (name.startsWith('history.db')) chmodSync(join(state, name), 0o400)
    t.match(await ingest('read-only'), [/this is missing from the history/])
    chmodSync(file, 0o600)
  }
  t.ok(existsSync(file))
})

t.test('what a cron began is told from what a user began, and from what the policies did', async (t) => {
  const { run, start, directory } = home(t, { 'changes.jsonl': adds(1) })
  const ingest = ['index', 'process-jsonl', 'changes.jsonl', ...INTO]
  symlinkSync('/bin/sh', join(directory, 'cron'))
  // The system names a process by the file that it was started from.
  await start(ingest, [join(directory, 'cron'), '-c', '"$@"; exit $?', 'cron']).ended
  await start(ingest, ['env', 'ELYSIACTL_TRIGGER=auto']).ended
  const { runs } = JSON.parse((await run(['runs', 'list', '--json'])).stdout)
  t.match(
    runs.map(({ trigger }: { trigger: string }) => trigger),
    ['auto', process.platform === 'linux' ? 'cron' : 'user'],
  )
})

t.test('in a directory that nobody may write to the history is read all the same', async (t) => {
  const { run, start, directory } = home(t, { 'changes.jsonl': adds(2) })
  t.equal((await run(['index', 'process-jsonl', 'changes.jsonl', ...INTO])).code, 0)
  const state = join(directory, 'state', 'elysiactl')
  for (const name of readdirSync(state)) if (name.endsWith('.db')) chmodSync(join(state, name), 0o444)
  chmodSync(join(state, '..'), 0o755)
  chmodSync(state, 0o555)
  const isRoot = process.getuid?.() === 0
  const as = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
  for (const [words, says] of some([
    [['runs', 'list'], /ingest .* done/],
    [['runs', 'show', 'last'], /ingest of C, /],
    [['report'], /1 run/],
    [['metrics'], /elysiactl_runs_total\{kind="ingest"/],
  ] as const)) {
    const { code, stdout, stderr } = await start(words, as).ended
    t.equal(code, 0, `${words.join(' ')}: ${stderr}`)
    t.match(stdout, says)
  }
  // So that it can be removed.
  chmodSync(state, 0o755)
})
