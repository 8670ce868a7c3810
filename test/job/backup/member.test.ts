// What there is in the place of one collection of a set that is resumed.
import { truncateSync } from 'node:fs'
import t from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { runBackup } from '../../../lib/job/backup/backup.ts'
import { setMember } from '../../../lib/job/backup/member.ts'
import { backupOptions } from '../../../lib/job/backup/options.ts'
import { resolveInput } from '../../../lib/options/options.ts'
import { things } from './archived.ts'

t.test('a place is free, complete, of another collection, or damaged', async (t) => {
  const store = await things(3)
  const path = t.testdir()
  const storage = directoryStorage(path)
  const of = { store, collection: 'Thing', options: resolveInput(backupOptions, {}) }
  t.strictSame(await setMember(storage, of), { isComplete: false, isBegun: false, set: undefined })
  const { report } = await runBackup(store, 'Thing', storage, {}, { set: 'mine' })
  t.equal(report.status, 'done')
  t.strictSame(await setMember(storage, of), { isComplete: true, isBegun: true, set: 'mine' })
  await t.rejects(setMember(storage, { ...of, collection: 'Other' }), { code: 'ELYSIA_CONFLICT' })
  await t.rejects(setMember(storage, { ...of, store: { ...store, target: 'sqlite:other' } }), {
    code: 'ELYSIA_CONFLICT',
  })
  const schemaOnly = { ...of, options: { ...of.options, schemaOnly: true } }
  await t.rejects(setMember(storage, schemaOnly), {
    code: 'ELYSIA_CONFLICT',
    message: /another --schema-only/,
  })
  for await (const { name } of storage.list())
    if (name.startsWith('parts/')) truncateSync(`${path}/${name}`, 1)
  await t.rejects(setMember(storage, of), { code: 'ELYSIA_DAMAGED' })
})
