import { readdirSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { parquet } from '../../../lib/archive/format/parquet/format.ts'
import { ParquetSink } from '../../../lib/archive/format/parquet/write/sink.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { Storage } from '../../../lib/archive/storage/storage.ts'
import { Reject } from '../../../lib/core/reject.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { Ledger } from '../../../lib/job/ingest/ledger/ledger.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { texts } from '../../run/listening.ts'
import { archiveOf, THING, thing, things } from '../backup/archived.ts'
import { overriding } from '../ingest/overriding.ts'
import { sourceOf } from '../restore/restored.ts'

t.test('an ingest whose records are more than its lines is a defect that is told', async (t) => {
  const ledger = new Ledger({})
  const at = { line: 1, end: 10 }
  const item = new Reject({ ...at, text: 'x' }, 'not_json', 'it is none')
  const outcome = { item, name: 'rejected', cause: 'not_json' } as const
  ledger.settle({ outcomes: [outcome], end: at })
  ledger.close()
  ledger.settle({ outcomes: [outcome], end: at })
  t.throws(() => ledger.close(), { code: 'ELYSIA_ACCOUNTING', hint: /report it/ })
})

t.test('a restore of fewer objects than its archive says is a defect that is told', async (t) => {
  const source = await sourceOf(await archiveOf(20))
  const silent = source.parts.map((part) =>
    overriding(part, { pages: async () => Readable.from([[thing(0, 20)]]) }),
  )
  const store = openMemory()
  await t.rejects(restore(overriding(source, { parts: silent }), store, {}), {
    code: 'ELYSIA_ACCOUNTING',
    message: /do not add up/,
  })
})

t.test(
  'a target that gives back fewer objects than were written ends the restore as incomplete',
  async (t) => {
    for (const verify of [true, false]) {
      const base = openMemory()
      const forgetful = overriding(base, {
        collection: (name) => {
          const inner = base.collection(name)
          return overriding(inner, {
            write: async (objects, call) => {
              await inner.write(objects.slice(1), call)
              return objects.map(() => ({ ok: true }))
            },
          })
        },
      })
      await t.rejects(restore(await sourceOf(await archiveOf(20)), forgetful, { verify }), {
        code: 'ELYSIA_INCOMPLETE',
        message: /holds 19 objects, 20 were written/,
      })
    }
  },
)

t.test('a manifest that does not read back as it was written ends the backup, and goes', async (t) => {
  const files: Files = new Map()
  const storage = memoryStorage(files)
  const lying: Storage = overriding(storage, {
    read: async (name, slice) =>
      name === 'manifest.json' ? Readable.from([Buffer.from('{}')]) : storage.read(name, slice),
  })
  await t.rejects(backup(await things(5), 'Thing', lying, { compression: 'none' }), {
    code: 'ELYSIA_STATE',
    message: /manifest.json does not read back/,
  })
  t.notOk(files.has('manifest.json'))
  t.ok(files.has('parts.jsonl'), 'so that it can be resumed')
})

t.test('a Parquet writer that loses rows without a word is found out', async (t) => {
  const write = ParquetSink.prototype.write
  t.teardown(() => {
    ParquetSink.prototype.write = write
  })
  ParquetSink.prototype.write = async () => {}
  const objects = Array.from({ length: 20_000 }, (_, n) => thing(n, 20_000))
  const encode = parquet.encode({ schema: THING, vectors: 'numbers' } as Parameters<typeof parquet.encode>[0])
  await t.rejects(Readable.from([objects]).pipe(encode).toArray(), {
    code: 'ELYSIA_ACCOUNTING',
    message: /of 20000 objects/,
  })
})

t.test('of two failures the first is told: what was written cannot be taken away either', async (t) => {
  const directory = t.testdir({})
  const upload = await directoryStorage(directory).create('part')
  const [name] = readdirSync(directory)
  await rename(join(directory, name!), join(directory, 'moved'))
  await mkdir(join(directory, name!, 'full'), { recursive: true })
  await t.resolves(upload.discard())
})

t.test(
  'of two failures the first is told: the scan fails, and the store is away when tenants go back',
  async (t) => {
    const base = openMemory()
    await base.create({ ...THING, multiTenancyConfig: { enabled: true } })
    await base.createTenants('Thing', ['a'])
    await base.collection('Thing').write([{ ...thing(1), tenant: 'a' }], { tenant: 'a' })
    await base.setTenantStates('Thing', [{ name: 'a', state: 'inactive' }])
    let calls = 0
    const store = overriding(base, {
      setTenantStates: async (name, tenants) => {
        calls += 1
        if (calls > 1) throw new Error('gone as well')
        return base.setTenantStates(name, tenants)
      },
      collection: (name) =>
        overriding(base.collection(name), {
          // biome-ignore lint/correctness/useYield: it fails before it has anything.
          read: async function* () {
            throw new Error('the scan failed')
          },
        }),
    })
    const said: string[] = []
    const onEvent = texts(said)
    await t.rejects(backup(store, 'Thing', memoryStorage(), {}, { onEvent }), { message: 'the scan failed' })
    t.match(said.at(-1), /1 tenant left active: gone as well/)
  },
)
