import { join } from 'node:path'
import t from 'tap'
import type { HistoryEntry } from '../../../lib/monitor/history/entry.ts'
import { History } from '../../../lib/monitor/history/history.ts'
import { killedEntry } from '../../../lib/monitor/history/killedEntry.ts'
import { running } from './entries.ts'

const BEGAN = '2026-11-20T03:00:00.000Z'
const PLACE = { place: 'db:8080', bytes_in: 70, bytes_out: 0 }
const NO_STALLS = { stalls_in: 0, stalls_out: 0, stalled_in_seconds: 0, stalled_out_seconds: 0 }
const PROGRESS = { at: '2026-11-20T03:00:30.000Z', unit: 'objects', done: 5, retries: 0, rejected: 0 }

/** The entry that a run has before it reports any figure. */
function begun(more: Partial<HistoryEntry>): HistoryEntry {
  const { records: _, rejected: __, bytes_in: ___, bytes_out: ____, retries: _____, ...rest } = running(more)
  return { ...rest, counts: {} }
}

t.test('a killed run did at least what it had recorded; the rest is unknown, and not 0', async (t) => {
  const history = new History(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  const progress = { ...PROGRESS, rss_bytes: 9_000_000 }
  history.put(killedEntry(begun({ id: 'silent' })))
  history.put(killedEntry(begun({ id: 'heard', progress, traffic: [{ ...PLACE, ...NO_STALLS }] })))
  const figures = (id: string) => {
    const [entry] = history.find(id)
    return ['records', 'rejected', 'bytes_in', 'bytes_out', 'retries', 'peak_rss_bytes'].map(
      (name) => entry?.[name as 'records'],
    )
  }
  const none = undefined
  history.put(killedEntry(begun({ id: 'again', progress, settled_before: { records: 3, rejected: 0 } })))
  t.strictSame(figures('silent'), [none, none, none, none, none, 1])
  t.strictSame(figures('heard'), [5, none, 70, none, none, 9_000_000])
  t.strictSame(
    figures('again'),
    [2, none, none, none, none, 9_000_000],
    'without what an earlier try settled',
  )
  const [subject] = history.subjects(BEGAN, 10)
  const bytes = subject!.points.map((point) => [point.id, point.bytes])
  t.strictSame(
    new Map(bytes as [string, number][]),
    new Map([
      ['silent', none],
      ['heard', 70],
      ['again', none],
    ] as [string, number][]),
  )
})

t.test('a run that is running has not reported its figures yet', async (t) => {
  const history = new History(join(t.testdir(), 'history.db'))
  t.teardown(() => history.close())
  history.put(begun({ id: 'now' }))
  const [now] = history.find('now')
  t.strictSame([now?.status, now?.records, now?.bytes_in], ['running', undefined, undefined])
})
