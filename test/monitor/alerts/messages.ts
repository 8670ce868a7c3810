// Messages of alerts, for tests of what sends them.
import type { AlertMessage } from '../../../lib/monitor/alerts/messageSchema.ts'
import { HOUR, NOON } from './madeUp.ts'

export function messageFor(
  status: AlertMessage['status'],
  summary = 'backup of Article failed',
): AlertMessage {
  const at = new Date(NOON).toISOString()
  return {
    ...{
      message_type: 'alert',
      id: '0b0e5c0e-4f0e-4c3f-9d8c-5f4f1c2f3a4b',
      status,
      alert: 'failed',
      severity: 'fault',
    },
    ...{ summary, kind: 'backup', collection: 'Article', target: 'http://h:8080', detail: '', episode: 1 },
    ...{ since: at, at, ends_at: new Date(NOON + (status === 'resolved' ? 0 : 48 * HOUR)).toISOString() },
    ...{ run: 'r1', next: 'elysiactl runs show r1', host: 'h', version: '1' },
  }
}
