import t from 'tap'
import { loadCompiler } from '../../../lib/core/typebox.ts'
import { type MonitorReport, MonitorReportSchema } from '../../../lib/monitor/report/schema.ts'

const NOTHING_YET: MonitorReport = {
  generated_at: '2026-11-29T10:00:00.000Z',
  since: '2026-10-30T10:00:00.000Z',
  needs_a_hand: [],
  running: 0,
  success: [],
  missed: [],
  recovery: [],
  trends: [],
  storage: [],
  cleanup: [],
  damaged: [],
  unverified: [],
  never_backed_up: [],
  uncovered: [],
  undelivered: 0,
  disk: [],
  notes: [],
}

t.test('a report of nothing is a report; what needs a hand has a severity of the two', async (t) => {
  const schema = (await loadCompiler())(MonitorReportSchema)
  t.ok(schema.Check(NOTHING_YET))
  const hand = { severity: 'fault', what: 'missed', collection: 'Article', target: '', message: 'late' }
  t.ok(schema.Check({ ...NOTHING_YET, needs_a_hand: [hand] }))
  t.notOk(schema.Check({ ...NOTHING_YET, needs_a_hand: [{ ...hand, severity: 'bad' }] }))
})
