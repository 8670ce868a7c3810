import t from 'tap'
import type { ArchiveFilter } from '../../../lib/catalog/catalog.ts'
import type { ArchiveRecord } from '../../../lib/catalog/record.ts'
import { archiveViews } from '../../../lib/monitor/dashboard/archives.ts'
import { at } from './madeUp.ts'

const record: ArchiveRecord = {
  id: 'a',
  root: '/backups',
  location: '/backups/Article/a',
  shape: 'directory',
  status: 'complete',
  collection: 'Article',
  cluster: 'memory:',
  started: at(7000),
  updated: at(0),
  content: 'objects',
  format: 'jsonl',
  compression: 'zstd:3',
  objects: 12,
  vectors: 12,
  bytes: 345,
  raw_bytes: 999,
  parts: 1,
  version: '1',
  tenants: [],
  kind: 'incremental',
  parent: 'b',
  tags: [],
  pinned: true,
  damaged: false,
  holds: 'full',
  without_vectors: false,
  all_tenants: true,
}

t.test('archives as the page lists them: bounded, the newest first', async (t) => {
  const verified = { level: 'records', time: at(10), ok: true } as const
  const asked: ArchiveFilter[] = []
  const catalog = {
    list(filter: ArchiveFilter = {}) {
      asked.push(filter)
      return [record, { ...record, verified }]
    },
  }
  const common = {
    id: 'a',
    collection: 'Article',
    target: 'memory:',
    status: 'complete',
    started_at: at(7000),
    objects: 12,
    bytes: 345,
  }
  t.strictSame(archiveViews(catalog), [
    { ...common, parent: 'b', pinned: true, damaged: false },
    { ...common, parent: 'b', pinned: true, damaged: false, verified_at: at(10), verified_level: 'records' },
  ])
  t.strictSame(asked, [{ sort: 'started_at:desc', limit: 500 }])
})
