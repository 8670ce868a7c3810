import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { onObjects } from '../../run/listening.ts'
import { THING, thing, things } from './archived.ts'

const SMALL = { partSize: 4096, compression: 'none' } as const

/** What a backup leaves that was stopped half way. */
async function interrupted(store: Store, options: BackupOptionsInput = SMALL): Promise<Files> {
  const files: Files = new Map()
  const stop = new AbortController()
  const onEvent = onObjects((objects) => {
    if (objects > 100) stop.abort(new Error('stopped'))
  })
  await backup(store, 'Thing', memoryStorage(files), options, { stop: stop.signal, onEvent }).catch(() => {})
  return files
}

function resume(store: Store, files: Files, options: BackupOptionsInput) {
  return backup(store, 'Thing', memoryStorage(files), options, { resume: true })
}

t.test('a backup whose schema has changed meanwhile is not finished, and what changed is said', async (t) => {
  const store = await things(400)
  const files = await interrupted(store)
  await store.addProperty('Thing', { name: 'later', dataType: ['text'] })
  await store.collection('Thing').write([{ ...thing(399, 400), properties: { later: 'x' } }])
  await t.rejects(resume(store, files, SMALL), { code: 'ELYSIA_CONFLICT', message: /properties\.later/ })
  t.notOk(files.has('manifest.json'))
})

t.test('a backup is finished with the options it was begun with, and with no others', async (t) => {
  const store = await things(400)
  const others: Readonly<Record<string, BackupOptionsInput>> = {
    '--format': { format: 'json' },
    '--compression': { compression: 'zstd' },
    '--no-vectors': { vectors: false },
    '--readable': { readable: true },
    '--partition-by': { partitionBy: 'kind' },
    '--schema-only': { schemaOnly: true },
  }
  for (const [flag, other] of Object.entries(others)) {
    const files = await interrupted(store)
    const failed = resume(store, files, { ...SMALL, ...other })
    await t.rejects(failed, { code: 'ELYSIA_CONFLICT', message: new RegExp(`another ${flag}`) }, flag)
    t.notOk(files.has('manifest.json'), flag)
    const begunSo = await interrupted(store, { ...SMALL, ...other })
    if (begunSo.has('manifest.json')) continue
    await t.rejects(resume(store, begunSo, SMALL), { code: 'ELYSIA_CONFLICT' }, `${flag} left out`)
    const { report } = await resume(store, begunSo, { ...SMALL, ...other })
    t.equal(report.objects, 400, `${flag} again`)
  }
})

t.test('what does not shape an archive may be given again', async (t) => {
  const store = await things(400)
  const files = await interrupted(store, { partSize: 4096 })
  const { report } = await resume(store, files, { workers: 5, partSize: 8192, note: 'other', tag: 'x' })
  t.equal(report.objects, 400)
})

t.test('a backup of some tenants is finished for the same ones only', async (t) => {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b', 'c'])
  const objects = Array.from({ length: 200 }, (_, n) => thing(n, 200))
  for (const tenant of ['a', 'b', 'c']) await store.collection('Thing').write(objects, { tenant })
  const files = await interrupted(store, { ...SMALL, tenant: 'a,b', workers: 1 })
  for (const other of [{}, { tenant: 'a' }, { tenant: 'a,c' }, { tenant: 'a,b,c' }])
    await t.rejects(resume(store, files, { ...SMALL, ...other }), { message: /another --tenant/ })
  t.equal((await resume(store, files, { ...SMALL, tenant: 'b, a' })).report.objects, 400)
  const all = await interrupted(store, { ...SMALL, workers: 1 })
  await t.rejects(resume(store, all, { ...SMALL, tenant: 'a,b,c' }), { message: /another --tenant/ })
})
