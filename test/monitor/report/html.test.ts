import t from 'tap'
import { reportHtml } from '../../../lib/monitor/report/html.ts'
import type { MonitorReport } from '../../../lib/monitor/report/schema.ts'

const EVIL = `<script>alert(1)</script>"'&\u202e\u0007`

t.test('a page holds every name as text, runs nothing and loads nothing', async (t) => {
  const report: MonitorReport = {
    generated_at: '2026-11-24T12:00:00.000Z',
    since: '2026-10-25T12:00:00.000Z',
    needs_attention: [
      { severity: 'fault', what: 'failed', collection: EVIL, target: EVIL, message: EVIL, next: EVIL },
    ],
    running: 0,
    success: [
      {
        ...{ kind: 'backup', collection: EVIL, target: EVIL, done: 1, with_rejects: 0, failed: 1, killed: 0 },
        ...{ interrupted: 0, stopped: 0, running: 0, rate: 0.9999, last_status: 'failed', last_error: EVIL },
      },
    ],
    missed: [],
    recovery: [{ collection: EVIL, target: EVIL, archive: EVIL, point_age_seconds: 7200, seconds: 5 }],
    trends: [],
    storage: [{ collection: EVIL, archives: 1, bytes: 10, raw_bytes: 30, compression: 3, points: [] }],
    cleanup: [{ id: EVIL, collection: EVIL, reason: EVIL, bytes: 5 }],
    ...{ damaged: [], unverified: [], never_backed_up: [], uncovered: [EVIL], undelivered: 0 },
    disk: [{ directory: EVIL, free_bytes: 1, total_bytes: 2 }],
    notes: [EVIL],
  }
  const page = reportHtml(report)
  t.notMatch(page, /<script|alert\(1\)<\/|[\p{Cf}]|src=|href=/u)
  t.match(page, /&lt;script&gt;alert\(1\)&lt;\/script&gt;&quot;&#39;&amp;\ufffd\ufffd/)
  t.match(page, /99\.9 %/, 'no failure is rounded away')
  t.match(page, /default-src 'none'/)
  t.match(reportHtml({ ...report, needs_attention: [] }), /<p>Nothing\.<\/p>/)
})
