// The log of a run: what was said is there, bounded, without secrets, and with how much is missing.
import fc from 'fast-check'
import t from 'tap'
import { OF_RUNS } from '../../../../bin/view/event/ofRuns.ts'
import { RunLog } from '../../../../lib/monitor/history/log/runLog.ts'

const texts = (log: RunLog) => log.unwritten?.map(({ text }) => text)

t.test(
  'the first lines and the last ones stay, and one between them says how many are missing',
  async (t) => {
    const log = new RunLog()
    t.equal(log.unwritten, undefined, 'nothing was said')
    for (let line = 1; line <= 300; line += 1) log.add('note', `line ${line}`)
    const lines = texts(log)!
    t.strictSame(
      [lines[0], lines[49], lines[50], lines[51], lines.at(-1), lines.length],
      [...['line 1', 'line 50', '… 100 lines left out …', 'line 151', 'line 300', 201]],
    )
    log.noteWritten()
    t.equal(log.unwritten, undefined)
    log.add('error', 'one more')
    t.equal(texts(log)?.at(-1), 'one more')
  },
)

t.test(
  'equal lines in a row are one, with how often and since when; retries differ in their waits alone',
  async (t) => {
    const log = new RunLog()
    const at = (second: number) => `2026-11-20T03:00:${String(second).padStart(2, '0')}.000Z`
    const retry = (attempt: number, wait_ms: number, message = 'h:8080 is away') =>
      OF_RUNS.retry({ type: 'retry', attempt, wait_ms, error: { code: 'ELYSIA_UNREACHABLE', message } })
    log.add('note', 'a store', at(0))
    for (let attempt = 1; attempt <= 500; attempt += 1)
      log.add('warning', retry(attempt, attempt * 100), at(attempt % 60))
    log.add('warning', retry(1, 100, 'i:8080 is away'), at(30))
    log.add('note', 'a store', at(31))
    log.add('warning', 'a store', at(32))
    log.add('warning', 'a store', at(33))
    t.strictSame(log.unwritten, [
      { at: at(0), level: 'note', text: 'a store' },
      { at: at(20), level: 'warning', text: retry(500, 50_000), times: 500, since: at(1) },
      { at: at(30), level: 'warning', text: retry(1, 100, 'i:8080 is away') },
      { at: at(31), level: 'note', text: 'a store' },
      { at: at(33), level: 'warning', text: 'a store', times: 2, since: at(32) },
    ])
  },
)

t.test('lines that were left out count as often as they were written', async (t) => {
  const log = new RunLog()
  for (let line = 1; line <= 50; line += 1) log.add('note', `line ${line}`)
  for (const text of ['gone', 'gone', 'gone']) log.add('note', text)
  for (let line = 1; line <= 150; line += 1) log.add('note', `more ${line}`)
  t.strictSame(texts(log)!.slice(49, 52), ['line 50', '… 3 lines left out …', 'more 1'])
})

t.test('events in short: what began, each phase once, how it ended', async (t) => {
  const log = new RunLog()
  log.addEvent({ type: 'run_started', run: 'r', kind: 'backup', target: 't' })
  for (const phase of ['looking', 'looking', 'writing'] as const) {
    log.addEvent({ type: 'progress', unit: 'objects', done: 1, phase })
  }
  log.addEvent({ type: 'run_ended', run: 'r', status: 'failed' })
  t.strictSame(texts(log), ['begun', 'looking', 'writing', 'ended: failed'])
})

t.test('no secret stays, and a text of several lines is several', async (t) => {
  const log = new RunLog()
  log.add('warning', 'http://me:hunter2hunter2@h answered\nauthorization: Bearer abcdefghijkl')
  t.strictSame(texts(log), ['http://***@h answered', 'authorization: ***'])
})

t.test('whatever is said, a log takes no more than its bounds', async () => {
  const said = fc.array(
    fc.tuple(fc.string({ maxLength: 2000, size: 'max' }), fc.integer({ min: 1, max: 60 })),
    {
      maxLength: 30,
    },
  )
  fc.assert(
    fc.property(said, (all) => {
      const log = new RunLog()
      for (const [text, times] of all) for (let i = 0; i < times; i += 1) log.add('note', text)
      const lines = texts(log) ?? []
      const characters = lines.reduce((sum, { length }) => sum + length, 0)
      return lines.length <= 201 && characters <= 64 * 1024 + 50 && lines.every(({ length }) => length <= 601)
    }),
    { numRuns: 50 },
  )
})
