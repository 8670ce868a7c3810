// Vectors that no archive can hold: NaN and infinity, which a server takes over gRPC.
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { withFiniteVectors } from '../../../lib/archive/object/finiteVectors.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { typedTexts } from '../../run/listening.ts'
import { changedStore } from '../changed.ts'
import { objectsOf, sourceOf } from '../restore/restored.ts'
import { idOf, things } from './archived.ts'

const BAD = [3, 17, 180]

/** Two hundred things, three of them with such a vector. */
async function holed(): Promise<Store> {
  const ids = new Map(BAD.map((n, at) => [idOf(n, 200), [Number.NaN, Infinity, -Infinity][at]!]))
  return changedStore(await things(200), (collection) => ({
    async *read(what, range, call) {
      for await (const page of collection.read(what, range, call)) {
        yield page.map((object) => {
          const bad = ids.get(object.id)
          return bad === undefined || !what.vectors
            ? object
            : { ...object, vector: Float32Array.of(1, bad, 2) }
        })
      }
    },
  }))
}

for (const format of ['jsonl', 'json', 'parquet'] as const) {
  t.test(
    `vectors that are not finite end a backup, which names all of their objects at once (${format})`,
    async (t) => {
      const files: Files = new Map()
      const failed = backup(await holed(), 'Thing', memoryStorage(files), { format })
      const all = new RegExp(`3 objects of Thing: ${BAD.map((n) => idOf(n, 200)).join(', ')}`)
      await t.rejects(failed, { code: 'ELYSIA_STORE', message: all, hint: /--allow-invalid-vectors/ })
      t.notOk(files.has('manifest.json'))
    },
  )

  t.test(`--allow-invalid-vectors backs up all but these vectors, and says so (${format})`, async (t) => {
    const files: Files = new Map()
    const said: string[] = []
    const { report } = await backup(
      await holed(),
      'Thing',
      memoryStorage(files),
      { format, allowInvalidVectors: true },
      { onEvent: typedTexts(said) },
    )
    t.match(report, { objects: 200, vectors: 197 })
    t.match(said.join('\n'), new RegExp(`invalid_vectors_left_out: .*3 objects of Thing: ${idOf(3, 200)}`))
    const store = openMemory()
    await restore(await sourceOf(files), store, {})
    t.strictSame(
      (await objectsOf(store, 'Thing')).filter(({ vector }) => vector === undefined).map(({ id }) => id),
      BAD.map((n) => idOf(n, 200)),
    )
  })
}

t.test('the same into a pipe', async (t) => {
  const stream = new PassThrough().resume()
  await t.rejects(backupSingle(await holed(), 'Thing', { stream, location: '-' }, {}), {
    code: 'ELYSIA_STORE',
    message: new RegExp(idOf(180, 200)),
  })
  const whole = new PassThrough()
  const [bytes, { report }] = await Promise.all([
    buffer(whole),
    backupSingle(await holed(), 'Thing', { stream: whole, location: '-' }, { allowInvalidVectors: true }),
  ])
  t.match(report, { objects: 200, vectors: 197 })
  t.ok(bytes.length > 1000)
})

t.test('a backup that was ended by such a vector is finished with the option', async (t) => {
  const files: Files = new Map()
  const small = { partSize: 4096, compression: 'none' } as const
  const store = await holed()
  await t.rejects(backup(store, 'Thing', memoryStorage(files), small), { code: 'ELYSIA_STORE' })
  const again = { ...small, allowInvalidVectors: true }
  const { report } = await backup(store, 'Thing', memoryStorage(files), again, { resume: true })
  t.match(report, { objects: 200, vectors: 197 })
  t.equal((await openArchive(memoryStorage(files))).manifest.totals.vectors, 197)
})

t.test('of an object only those vectors go that are not finite', (t) => {
  const fine = Float32Array.of(1, 2)
  const bad = Float32Array.of(1, Number.NaN)
  const whole = { id: idOf(1), properties: {}, vector: fine, vectors: { a: fine, m: [fine, fine] } }
  t.equal(withFiniteVectors(whole), whole)
  t.strictSame(withFiniteVectors({ ...whole, vectors: { a: bad, m: [fine, bad], b: fine } }), {
    id: idOf(1),
    properties: {},
    vector: fine,
    vectors: { b: fine },
  })
  t.strictSame(withFiniteVectors({ id: idOf(1), properties: {}, vector: bad, vectors: { a: bad } }), {
    id: idOf(1),
    properties: {},
  })
  t.end()
})
