import t from 'tap'
import { loadCompiler } from '../../../lib/core/typebox.ts'
import { type HistoryEntry, HistoryEntrySchema } from '../../../lib/monitor/history/entry.ts'

export const ENTRY: HistoryEntry = {
  id: '20261129T100000Z-abcdef',
  attempt: 1,
  kind: 'backup',
  trigger: 'user',
  collection: 'Article',
  target: 'sqlite:/data/store.db',
  status: 'done',
  exit_code: 0,
  started_at: '2026-11-29T10:00:00.000Z',
  updated_at: '2026-11-29T10:00:09.000Z',
  ended_at: '2026-11-29T10:00:09.000Z',
  seconds: 9,
  counts: { objects: 20_000 },
  records: 20_000,
  rejected: 0,
  bytes_in: 0,
  bytes_out: 1_000_000,
  peak_rss_bytes: 100_000_000,
  retries: 0,
  hosts: [],
  command: ['col', 'backup', 'Article'],
  directory: '/data',
  version: '0.2.0',
  host: 'one',
  pid: 4711,
}

t.test('an entry of the history is as its schema says, and a status of no run is not', async (t) => {
  const compile = await loadCompiler()
  const schema = compile(HistoryEntrySchema)
  t.ok(schema.Check(ENTRY))
  t.notOk(schema.Check({ ...ENTRY, status: 'missed' }))
  t.notOk(schema.Check({ ...ENTRY, attempt: 0 }))
  const { collection: _, ...without } = ENTRY
  t.notOk(schema.Check(without))
})
