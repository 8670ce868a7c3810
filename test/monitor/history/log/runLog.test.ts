// The log of a run: what was said is there, bounded, without secrets, and with how much is missing.
import fc from 'fast-check'
import t from 'tap'
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
