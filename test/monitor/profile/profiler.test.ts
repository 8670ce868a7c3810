import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { publishRequest } from '../../../lib/core/channel/requests.ts'
import { nameStage } from '../../../lib/core/channel/stages.ts'
import { startProfiler } from '../../../lib/monitor/profile/index.ts'

t.test('stages, servers and the process are measured from the beginning to the end', async (t) => {
  const profiler = startProfiler()
  const asked = { server: 'h:1', protocol: 'rest', name: 'GET /schema', sentBytes: 3 } as const
  const write = new Writable({
    objectMode: true,
    // Longer than the source, however long a busy machine let that one wait.
    write: (_chunk, _encoding, done) => {
      const { worked_seconds: read } = profiler.profile().stages[0]!
      setTimeout(done, 5 + 10_000 * read)
    },
  })
  const stages = [nameStage('read', Readable.from([1, 2, 3, 4, 5, 6])), nameStage('write', write)] as const
  profiler.stages.watch(stages)
  await pipeline(stages)
  await publishRequest(
    asked,
    async () => 'text',
    () => ({ receivedBytes: 4, status: 422 }),
  )
  await t.rejects(
    publishRequest(
      asked,
      () => Promise.reject(new Error('away')),
      () => ({ receivedBytes: 0 }),
    ),
  )
  profiler.end()
  await publishRequest(
    asked,
    async () => 'unseen',
    () => ({ receivedBytes: 4 }),
  )
  const profile = profiler.profile()
  t.match(profile, { threads: 0, bottleneck: { kind: 'stage', stage: 'write' } })
  t.same(
    profile.stages.map(({ name, chunks }) => [name, chunks]),
    [
      ['read', 6],
      ['write', 6],
    ],
  )
  const [target] = profile.targets
  t.match(target, { server: 'h:1', requests: 2, failed: 1, refused: 1, sent_bytes: 6, received_bytes: 4 })
  t.ok(profile.seconds > 0 && profile.cpu_seconds > 0 && profile.peak_rss_bytes > 1e6)
})

t.test('a stage that is measured gives what it keeps to its end once', async (t) => {
  let flushes = 0
  const counting = new Transform({
    objectMode: true,
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      flushes += 1
      setImmediate(done, null, 'last')
    },
  })
  const seen: unknown[] = []
  const write = new Writable({
    objectMode: true,
    write(chunk, _encoding, done) {
      seen.push(chunk)
      done()
    },
  })
  const stages = [Readable.from(['first']), counting, write] as const
  const profiler = startProfiler()
  profiler.stages.watch(stages)
  await pipeline(stages)
  profiler.end()
  t.same(seen, ['first', 'last'])
  t.equal(flushes, 1)
})
