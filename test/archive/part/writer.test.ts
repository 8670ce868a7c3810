// Pages become parts that together cover their range, and nothing of a part that did not come to its end is left.
import { Readable, Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { formatOf } from '../../../lib/archive/format/formats.ts'
import type { ObjectRange } from '../../../lib/archive/object/source.ts'
import { type PartEncoding, partFile, type WrittenPart } from '../../../lib/archive/part/file.ts'
import { type PartWriterOptions, partWriter } from '../../../lib/archive/part/writer.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { Storage } from '../../../lib/archive/storage/storage.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { COMPRESSIONS } from '../../../lib/stream/codec/compressions.ts'
import { idOf, THING, thing } from '../../job/backup/archived.ts'
import { overriding } from '../../job/ingest/overriding.ts'

const encoding: PartEncoding = {
  format: await formatOf('jsonl'),
  compression: COMPRESSIONS.none,
  content: { schema: THING, vectors: 'base64' },
}

const objects = Array.from({ length: 100 }, (_, n) => thing(n))
const pagesOf = (size: number) =>
  Array.from({ length: Math.ceil(100 / size) }, (_, n) => objects.slice(n * size, (n + 1) * size))

interface Noted {
  readonly covers: Pick<ObjectRange, 'after' | 'upTo'>
  readonly files: readonly WrittenPart[]
}

/** A writer of parts, and what it has noted. */
function writing(storage: Storage, more: Partial<PartWriterOptions> = {}) {
  const noted: Noted[] = []
  let number = 0
  const writer = partWriter({
    range: {},
    partBytes: 4000,
    open: () => partFile(storage, `parts/${number++}.jsonl`, encoding),
    onPart: async (files, covers) => void noted.push({ files, covers }),
    ...more,
  })
  return { writer, noted }
}

t.test('parts cover the whole range one after the other, however it was paged', async (t) => {
  const range = { after: '00', upTo: 'ff' }
  let before: unknown
  for (const size of [1, 7, 30, 100]) {
    const files: Files = new Map()
    let taken = 0
    const onObjects = (count: number) => {
      taken += count
    }
    const { writer, noted } = writing(memoryStorage(files), { range, onObjects })
    await pipeline(Readable.from(pagesOf(size)), writer)
    const bounds = noted.map(({ covers }) => covers)
    t.equal(bounds[0]!.after, range.after)
    t.equal(bounds.at(-1)!.upTo, range.upTo)
    t.ok(bounds.length > 3 && bounds.every(({ after }, at) => at === 0 || after === bounds[at - 1]!.upTo))
    const counts = noted.map(({ files: [file] }) => file!.objects)
    t.equal(
      counts.reduce((sum, count) => sum + count, 0),
      100,
    )
    t.equal(taken, 100)
    t.equal(files.size, noted.length)
    before ??= counts
    t.strictSame(counts, before, 'pages mean nothing')
  }
})

t.test('no objects are no parts', async (t) => {
  const { writer, noted } = writing(memoryStorage())
  await pipeline(Readable.from([]), writer)
  t.strictSame(noted, [])
})

t.test('a part is noted while the next one is written, never two at once', async (t) => {
  let noting = 0
  let ended = 0
  const onPart = async () => {
    noting += 1
    t.equal(noting - ended, 1)
    await wait(2)
    ended += 1
  }
  const { writer } = writing(memoryStorage(), { onPart })
  await pipeline(Readable.from(pagesOf(10)), writer)
  t.ok(ended > 3)
  t.equal(ended, noting, 'it has finished when all are noted')
})

t.test('what noting throws ends the stream, and the part that is begun leaves nothing', async (t) => {
  const files: Files = new Map()
  const failure = new Error('it does not read back as it was written')
  const onPart = () => Promise.reject(failure)
  const { writer } = writing(memoryStorage(files), { onPart })
  await t.rejects(pipeline(Readable.from(pagesOf(10)), writer), failure)
  t.ok(files.size <= 2, `${files.size} files that are whole`)
})

t.test('a stop finishes the part that is being written, and says so', async (t) => {
  const stop = new AbortController()
  const reason = new Error('Ctrl-C')
  const pages = async function* () {
    for (const [at, page] of pagesOf(5).entries()) {
      if (at === 2) stop.abort(reason)
      yield page
    }
  }
  const { writer, noted } = writing(memoryStorage(), { stop: stop.signal })
  await t.rejects(pipeline(Readable.from(pages(), { highWaterMark: 1 }), writer), reason)
  t.equal(noted.length, 1)
  const { files, covers } = noted[0]!
  t.equal(covers.upTo, idOf(files[0]!.objects - 1), 'it ends where its objects do')
})

t.test('an abort leaves the parts that were noted, and no other file', async (t) => {
  const files: Files = new Map()
  const abort = new AbortController()
  const pages = async function* () {
    yield* pagesOf(10).slice(0, 5)
    abort.abort()
    await wait(5)
    yield objects.slice(50, 60)
  }
  const { writer, noted } = writing(memoryStorage(files))
  const source = Readable.from(pages(), { highWaterMark: 1 })
  await t.rejects(pipeline(source, writer, { signal: abort.signal }), { name: 'AbortError' })
  t.ok(writer.closed)
  const names = noted.flatMap((one) => one.files.map(({ file }) => file))
  t.ok(
    [...files.keys()].filter((name) => !names.includes(name)).length <= 1,
    'a whole one may wait to be noted',
  )
})

t.test('destroyed while a part is noted, it begins no other and notes no other', async (t) => {
  const created: string[] = []
  const inner = memoryStorage()
  const storage = overriding(inner, {
    create: (name: string) => {
      created.push(name)
      return inner.create(name)
    },
  })
  const noting = Promise.withResolvers<void>()
  let noted = 0
  const onPart = () => {
    noted += 1
    return noting.promise
  }
  const { writer } = writing(storage, { onPart })
  const ended = finished(writer).catch((error: unknown) => error)
  writer.write(objects)
  while (created.length < 2) await wait(1)
  await wait(20)
  const failure = new Error('another worker has failed')
  writer.destroy(failure)
  noting.resolve()
  t.equal(await ended, failure)
  await wait(20)
  t.equal(noted, 1)
  t.strictSame(created, ['parts/0.jsonl', 'parts/1.jsonl'])
})

t.test('a compressor that cannot be made is the error, and no file was begun', async (t) => {
  let created = 0
  const inner = memoryStorage()
  const storage = overriding(inner, {
    create: (name: string) => {
      created += 1
      return inner.create(name)
    },
  })
  const failure = new Error('the library of zstd cannot be loaded')
  const compression = { ...COMPRESSIONS.zstd, compress: () => Promise.reject(failure) }
  const open = () => partFile(storage, 'parts/0.jsonl', { ...encoding, compression })
  const { writer } = writing(storage, { open })
  await t.rejects(pipeline(Readable.from(pagesOf(10)), writer), failure)
  t.equal(created, 0)
})

t.test('an object that cannot be encoded is the error, and its part leaves nothing', async (t) => {
  const files: Files = new Map()
  const { writer } = writing(memoryStorage(files), { partBytes: 1e6 })
  const invalid: StoredObject = { ...objects[3]!, vector: Float32Array.of(Number.NaN) }
  const pages = [objects.slice(0, 3), [invalid], objects.slice(4)]
  await t.rejects(pipeline(Readable.from(pages), writer), { code: 'ELYSIA_STORE', message: /NaN/ })
  t.equal(files.size, 0)
})

t.test(
  'a disk that is full is the error, whatever was being written, and nothing is left open',
  async (t) => {
    const discarded: string[] = []
    const storage = (after: number): Storage => ({
      ...memoryStorage(),
      text: 'disk',
      create: async (name) => {
        let bytes = 0
        const stream = new Writable({
          write(chunk: Buffer, _encoding, done) {
            bytes += chunk.length
            const full = Object.assign(new Error('ENOSPC: no space left'), {
              code: 'ENOSPC',
              syscall: 'write',
            })
            setImmediate(() => done(bytes > after ? full : null))
          },
        })
        return { stream, commit: async () => {}, discard: async () => void discarded.push(name) }
      },
    })
    for (const after of [0, 1000, 5000]) {
      const { writer } = writing(storage(after), { partBytes: 1e6 })
      await t.rejects(pipeline(Readable.from(pagesOf(1)), writer), {
        code: 'ELYSIA_STATE',
        message: /^disk\/parts\/0\.jsonl could not be written/,
      })
    }
    t.equal(discarded.length, 3)
  },
)
