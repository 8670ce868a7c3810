// The trace-event format of Chrome, as its document describes it: what Perfetto opens.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { publishRequest } from '../../../lib/core/channel/requests.ts'
import { TraceFile } from '../../../lib/monitor/profile/traceFile.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'

const STARTED = { type: 'run_started', run: 'r', kind: 'restore', target: 'http://h:1' } as RunEvent
const ASKED = { server: 'h:1', protocol: 'grpc', name: 'Search', sentBytes: 3 } as const

interface Entry {
  readonly name: string
  readonly ph: string
  readonly cat?: string
  readonly id?: string
  readonly ts: number
  readonly args?: object
}

function written(path: string): Entry[] {
  return JSON.parse(readFileSync(path, 'utf8'))
}

t.test('runs, phases and requests are spans, each with its begin and end; numbers are charts', async (t) => {
  const path = join(t.testdir(), 'trace.json')
  const trace = new TraceFile(path)
  trace.take(STARTED)
  for (const phase of ['writing', 'writing', 'reading back']) {
    trace.take({ type: 'progress', unit: 'objects', phase, done: 1 } as RunEvent)
  }
  await publishRequest(
    ASKED,
    async () => 'content',
    (reply) => ({ receivedBytes: reply.length }),
  )
  const open = publishRequest(
    ASKED,
    () => new Promise(() => {}),
    () => ({ receivedBytes: 0 }),
  )
  trace.count('done', { done: 5 })
  trace.take({ type: 'stalled', run: 'r', seconds: 1, for: 'disk', waits_for: '/x' })
  trace.close()
  void open
  const entries = written(path)
  t.notMatch(JSON.stringify(entries), /content/)
  for (const { name, ph, ts } of entries) {
    t.ok(
      name.length > 0 && ['M', 'b', 'e', 'i', 'C'].includes(ph) && Number.isInteger(ts),
      `${name} ${ph} ${ts}`,
    )
  }
  const spans = Map.groupBy(
    entries.filter(({ ph }) => ph === 'b' || ph === 'e'),
    // An end of another name leaves its span open for ever: Perfetto matches all three.
    ({ cat, id, name }) => `${cat} ${id} ${name}`,
  )
  t.equal(spans.size, 5, 'the run, its two phases, the requests')
  for (const [span, ends] of spans) t.equal(ends.map(({ ph }) => ph).join(''), 'be', span)
  t.same(
    entries.filter(({ ph, cat }) => ph === 'b' && cat !== 'request').map(({ name }) => name),
    ['restore', 'writing', 'reading back'],
  )
  t.match(
    entries.find(({ ph }) => ph === 'C'),
    { name: 'done', args: { done: 5 } },
  )
  t.equal(statSync(path).mode & 0o777, 0o600)
})

t.test('a file that cannot be written is wrong usage', async (t) => {
  const path = join(t.testdir(), 'none', 'trace.json')
  t.throws(() => new TraceFile(path), { code: 'ELYSIA_USAGE', message: /--profile-out/ })
})

t.test('a full disk ends the trace, and not the job', { skip: !existsSync('/dev/full') }, async (t) => {
  const trace = new TraceFile('/dev/full')
  for (let request = 0; request < 2000; request++) {
    await publishRequest(
      ASKED,
      async () => '',
      () => ({ receivedBytes: 0 }),
    )
    trace.take({ type: 'retry' } as RunEvent)
  }
  t.match(trace.close(), { code: 'ENOSPC' })
})

t.test('two processes with one file do not write into each other: the later one has it', (t) => {
  const path = join(t.testdir(), 'trace.json')
  const [first, second] = [new TraceFile(path), new TraceFile(path)]
  second.take(STARTED)
  second.close()
  for (let number = 0; number < 10_000; number++) first.count('done', { done: number })
  first.close()
  t.match(
    written(path).map(({ name }) => name),
    ['process_name', 'restore', 'restore'],
  )
  t.end()
})
