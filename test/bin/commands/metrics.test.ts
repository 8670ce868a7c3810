// What jobs leave for Prometheus, and what is printed and served.
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { promtool, withPromtool } from '../../monitor/metrics/promtool.ts'
import { adds, home } from '../elysiactl.ts'

const INGEST = ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c']
const DONE =
  /^elysiactl_last_success_timestamp_seconds\{kind="ingest",collection="C",target="sqlite:[^"]*"\} \d/m

t.test('a job leaves the metrics of all runs in a file, also when it fails', async (t) => {
  const { run, directory } = home(t, { 'changes.jsonl': adds(3) })
  const file = join(directory, 'elysiactl.prom')
  t.match(await run([...INGEST, '--metrics-textfile', file, '-q']), { code: 0, stderr: '' })
  t.match(readFileSync(file, 'utf8'), DONE)
  const restore = ['col', 'restore', 'none', '--metrics-textfile', file]
  t.match(await run(restore), { code: 10 }, 'the exit code is that of the job')
  const text = readFileSync(file, 'utf8')
  t.match(text, DONE, 'the last success is still there')
  t.match(text, /^elysiactl_last_run_status\{kind="restore",.*code="ELYSIA_[A-Z_]+"\} 1$/m)
  await t.test('promtool finds nothing wrong with what is printed', withPromtool, async (t) => {
    const { code, stdout } = await run(['metrics'])
    t.equal(code, 0)
    t.match(stdout, DONE)
    t.strictSame(promtool(['check', 'metrics'], { input: stdout }), { status: 0, said: '' })
  })
})

t.test('archives, their disk, and what is expected are among them', async (t) => {
  const expect = 'expect: { C: { every: 24h, grace: 1h }, Never: { every: 1d } }'
  const { run } = home(t, { 'changes.jsonl': adds(3), 'elysiactl.yaml': `${expect}\n` })
  await run(INGEST)
  t.match(await run(['col', 'backup', 'c', '--to', 'archive', '--metrics-textfile', 'a.prom']), { code: 0 })
  const { stdout } = await run(['metrics'])
  for (const line of [
    /^elysiactl_archives\{collection="C"\} 1$/m,
    /^elysiactl_damaged_archives\{collection="C"\} 0$/m,
    /^elysiactl_recovery_point_timestamp_seconds\{collection="C",target="sqlite:[^"]*"\} \d/m,
    /^elysiactl_expectation_missed\{kind="backup",collection="C",target="[^"]*"\} 0$/m,
    /^elysiactl_expectation_missed\{kind="backup",collection="Never",target="[^"]*"\} 1$/m,
    /^elysiactl_disk_free_bytes\{target="[^"]*"\} \d/m,
    /^elysiactl_last_success_archive_bytes\{kind="backup",collection="C",target="sqlite:[^"]*"\} \d/m,
  ])
    t.match(stdout, line)
})

t.test('what does not take them is a warning, and for `metrics` itself an error', async (t) => {
  const { run, directory } = home(t, { 'changes.jsonl': adds(1) })
  const gateway = `http://127.0.0.1:${await closedPort()}`
  const leave = ['--metrics-textfile', 'none/a.prom', '--metrics-push', gateway]
  const { code, stderr } = await run([...INGEST, ...leave])
  t.equal(code, 0)
  const warnings = stderr.split('\n').filter((line) => line.startsWith('warning: '))
  t.match(warnings, [
    /metrics were not written to .*none\/a\.prom: ENOENT/,
    /metrics were not pushed: no answer from/,
  ])
  const alone = await run(['metrics', '--metrics-textfile', 'none/a.prom'])
  t.match(alone, { code: 1, stdout: '', stderr: /error: the metrics were not written .*\nhint: / })
  t.notOk(existsSync(join(directory, 'none')))
})

t.test(
  'a wrong ending, and credentials that all users would see, are wrong usage: nothing is begun',
  async (t) => {
    const { run, directory } = home(t, { 'changes.jsonl': adds(1) })
    t.match(await run([...INGEST, '--metrics-textfile', 'a.txt']), {
      code: 2,
      stderr: /has to end in \.prom/,
    })
    const { code, stderr } = await run([...INGEST, '--metrics-push', 'http://me:topsecret@127.0.0.1:9091'])
    t.equal(code, 2)
    t.match(stderr, /ELYSIACTL_METRICS_PUSH/)
    t.notMatch(stderr, 'topsecret')
    t.notOk(existsSync(join(directory, 'data')))
  },
)

t.test('a gateway gets them with the credentials of the environment', async (t) => {
  const seen: (string | undefined)[] = []
  const gateway = createServer(({ method, headers }, response) => {
    seen.push(method, headers.authorization)
    response.end()
  }).listen(0, '127.0.0.1')
  t.teardown(() => gateway.close())
  await once(gateway, 'listening')
  const { port } = gateway.address() as AddressInfo
  const variables = { ELYSIACTL_METRICS_PUSH: `http://me:topsecret@127.0.0.1:${port}` }
  const { run } = home(t, { 'changes.jsonl': adds(1) }, variables)
  const { code, stderr } = await run([...INGEST, '-v'])
  t.equal(code, 0)
  t.notMatch(stderr, 'topsecret')
  t.strictSame(seen, ['POST', `Basic ${Buffer.from('me:topsecret').toString('base64')}`])
  t.notMatch((await run(['config', 'show'])).stdout, 'topsecret')
  t.equal(seen.length, 2, 'a command without runs pushes nothing')
})

t.test(
  'a watch serves them while it runs; a port that is taken ends a command before it begins',
  async (t) => {
    const { start, run, directory } = home(t, { inbox: { '1.jsonl': adds(2) }, 'changes.jsonl': adds(1) })
    const address = `127.0.0.1:${await closedPort()}`
    const watch = ['index', 'watch', 'inbox', '--settle', '0s', '--collection', 'c']
    const { child, ended, says } = start([...watch, '--metrics-listen', address])
    await says(`metrics: http://${address}/metrics`)
    await says('1.jsonl: 2 records')
    const [ready, metrics] = await Promise.all(
      ['ready', 'metrics'].map((path) => fetch(`http://${address}/${path}`)),
    )
    t.equal(ready!.status, 200)
    const text = await metrics!.text()
    t.match(text, /^elysiactl_runs_running\{kind="\w+",collection="C",target="sqlite:[^"]*"\} 1$/m)
    t.match(text, /^process_resident_memory_bytes \d/m)
    const other = await run(['col', 'copy', 'C', 'sqlite:other.db#C', '--metrics-listen', address])
    t.match(other, { code: 1, stderr: /another program listens on/ })
    t.notOk(existsSync(join(directory, 'other.db')))
    child.kill('SIGTERM')
    t.equal((await ended).code, 143)
  },
)

/** Where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
