import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { weaviateDouble } from '../../double/double.ts'
import { adds, type Home, home, type Started } from '../elysiactl.ts'

/** A home in which a backup was done, and a restore failed. */
async function lived(t: Test): Promise<Home> {
  const at = home(t, { 'changes.jsonl': adds(20) })
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'notes'])
  await at.run(['col', 'restore', 'none', '--name', 'again'])
  return at
}

/** The link that a dashboard prints first of all. */
async function linkOf({ child, ended }: Started): Promise<string> {
  const printed = new Promise<string>((resolve) => {
    child.stdout!.once('data', (text: string) => resolve(text.trim()))
  })
  const early = ended.then(({ stderr }) => {
    throw new Error(`it ended: ${stderr}`)
  })
  return Promise.race([printed, early])
}

/** Asks a dashboard as a browser does that has opened the link. */
async function entered(link: string): Promise<(path: string) => Promise<Response>> {
  const { headers } = await fetch(link, { redirect: 'manual' })
  const cookie = headers.get('set-cookie')!.split(';')[0]!
  return (path) => fetch(new URL(path, link), { headers: { cookie } })
}

t.test('a dashboard shows what report tells, and ends with the signal that ends it', async (t) => {
  const at = await lived(t)
  const started = at.start(['dashboard', '--since', '7d', '--slo', '99'])
  const link = await linkOf(started)
  t.match(link, /^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/)
  const ask = await entered(link)
  const report = await (await ask('/api/report')).json()
  const { stdout } = await at.run(['report', '--json', '--since', '7d', '--slo', '99'])
  t.strictSame(timeless(report), timeless(JSON.parse(stdout)))
  t.equal((report as { success: unknown[] }).success.length, 2)
  const page = await (await ask('/')).text()
  t.match(page, /there is no file none/)
  started.child.kill('SIGTERM')
  const { code, stderr } = await started.ended
  t.equal(code, 143)
  t.match(stderr, /anyone with this link can see the page/)
  t.notMatch(stderr, /token/, 'the secret stands where it is asked for alone')
})

/** What does not grow by itself from one moment to the next. */
function timeless(report: unknown): unknown {
  return JSON.parse(
    JSON.stringify(report, (key, value) =>
      /^(generated_at|since|free_bytes|.*age_seconds|growth_bytes_per_day)$/.test(key) ? undefined : value,
    ),
  )
}

t.test('what another process does is seen, also where there was no history before', async (t) => {
  const at = home(t, { 'changes.jsonl': adds(20) })
  const started = at.start(['dashboard', '--json'])
  const { link, host } = JSON.parse(await linkOf(started)) as { link: string; host: string }
  t.equal(host, '127.0.0.1')
  const ask = await entered(link)
  t.match(await (await ask('/api/page')).json(), { runs: [], report: { success: [] } })
  await at.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'notes'])
  t.match(await (await ask('/api/runs')).json(), {
    runs: [{ kind: 'ingest', collection: 'Notes', status: 'done' }],
  })
  const { runs } = (await (await ask('/api/runs')).json()) as { runs: { id: string }[] }
  t.match(await (await ask(`/api/run?id=${runs[0]!.id}`)).json(), { entries: [{ records: 20 }] })
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  double.faults.inject({ fault: 'hang', on: 'BatchObjects', skip: 1 })
  await at.run(['col', 'backup', 'notes', '--to', 'archive'])
  const restore = at.start(['col', 'restore', 'archive', '--target', double.target, '--stall-after', '1s'])
  await restore.says('nothing was acknowledged')
  const waits = async () => {
    const { running } = (await (await ask('/api/page')).json()) as {
      running: { progress?: { waits_for?: string } }[]
    }
    return running[0]?.progress?.waits_for
  }
  for (const until = Date.now() + 20_000; (await waits()) === undefined && Date.now() < until; )
    await wait(100)
  t.equal(
    await waits(),
    new URL(double.target).searchParams.get('grpc'),
    'the server that a restore waits for',
  )
  restore.child.kill('SIGKILL')
  started.child.kill('SIGINT')
  t.equal((await started.ended).code, 130)
})

t.test('a port that is taken, and an address that is none', async (t) => {
  const at = home(t)
  const first = at.start(['dashboard'])
  const { port } = new URL(await linkOf(first))
  const taken = await at.run(['dashboard', '--listen', `127.0.0.1:${port}`])
  t.equal(taken.code, 1)
  t.match(
    taken.stderr,
    new RegExp(
      `another program listens on 127\\.0\\.0\\.1:${port}[\\s\\S]*hint: nothing was started; give --listen another port`,
    ),
  )
  t.match(await at.run(['dashboard', '--listen', 'everywhere']), { code: 2, stderr: /HOST:PORT/ })
  const open = at.start(['dashboard', '--listen', '0.0.0.0:0'])
  await linkOf(open)
  await open.says('can be reached from other machines')
})

t.test('the page as a file', async (t) => {
  const at = await lived(t)
  const { code, stderr, stdout } = await at.run(['dashboard', '--export', 'page.html'])
  t.equal(code, 0)
  t.equal(stdout, '')
  t.match(stderr, /^written: .*page\.html, [\d.]+ KiB, 2 runs\n$/)
  t.match(readFileSync(join(at.directory, 'page.html'), 'utf8'), /<title>elysiactl<\/title>/)
  t.equal((await at.run(['dashboard', '--export', 'none/page.html'])).code, 1)
  t.notOk(existsSync(join(at.directory, 'none')))
})
