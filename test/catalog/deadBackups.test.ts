import { mkdirSync } from 'node:fs'
import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.ts'
import { backupPurpose, markDeadBackups } from '../../lib/catalog/deadBackups.ts'
import { lockRoot } from '../../lib/catalog/lock/lock.ts'
import { planned } from './archives.ts'

t.test('a running backup is partial once nobody holds its lock, and not before', async (t) => {
  const root = t.testdir({})
  const catalog = new Catalog(':memory:')
  t.teardown(() => catalog.close())
  for (const id of ['archive-held', 'archive-dead']) {
    mkdirSync(`${root}/${id}`)
    catalog.record(planned({ id }), { root, location: `${root}/${id}`, shape: 'directory' }, 'running')
  }
  const lock = await lockRoot(root, { kind: 'shared', purpose: backupPurpose(`${root}/archive-held`) })
  const statuses = () => ['archive-held', 'archive-dead'].map((id) => catalog.get(id).status)
  try {
    await markDeadBackups(catalog)
    t.strictSame(statuses(), ['running', 'partial'])
  } finally {
    await lock.release()
  }
  await markDeadBackups(catalog)
  t.strictSame(statuses(), ['partial', 'partial'])
})
