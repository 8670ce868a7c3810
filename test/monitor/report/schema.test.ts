import t from 'tap'
import { loadCompiler } from '../../../lib/core/typebox.ts'
import { MonitorReportSchema } from '../../../lib/monitor/report/schema.ts'
import { report } from '../metrics/madeUp.ts'

t.test('a report of nothing is a report; what needs attention has a severity of the two', async (t) => {
  const schema = (await loadCompiler())(MonitorReportSchema)
  t.ok(schema.Check(report()))
  const item = { severity: 'fault', what: 'missed', collection: 'Article', target: '', message: 'late' }
  t.ok(schema.Check({ ...report(), needs_attention: [item] }))
  t.notOk(schema.Check({ ...report(), needs_attention: [{ ...item, severity: 'bad' }] }))
})
