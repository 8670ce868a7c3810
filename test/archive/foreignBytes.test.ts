// Bytes of anybody, in every kind of file that is read: an error that says so, never a crash, a hang or all the memory.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { listWeaviateExport } from '../../lib/archive/foreign/weaviateExport.ts'
import { readFooter } from '../../lib/archive/format/parquet/footer.ts'
import { costOf } from '../../lib/archive/format/parquet/pages.ts'
import { readJournal } from '../../lib/archive/journal.ts'
import { readSingle } from '../../lib/archive/single/read.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { decompress } from '../../lib/stream/codec/decompress.ts'
import { holds, RUNS } from './changedBytes.ts'
import { partBytes, replacePart, sound } from './forged.ts'

const MIB = 2 ** 20

t.setTimeout(RUNS * 1000 + 120_000)

/** A varint of Thrift. */
const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))]
/** An i32 or i64 in the field behind the one before it. */
const number = (value: number): number[] => [0x16, ...varint(value * 2)]

function footer(...bytes: number[]): Buffer {
  const end = Buffer.from('0000PAR1')
  end.writeUInt32LE(bytes.length)
  return Buffer.concat([Buffer.from(bytes), end])
}

t.test('a footer is held against its bytes before anything is made of it', async (t) => {
  const list = (length: number) => [0x49, 0xfc, ...varint(length)]
  t.throws(() => readFooter(footer(...list(1e9))), /cut short/, 'a list longer than the file')
  t.throws(() => readFooter(Buffer.concat([Buffer.alloc(20 * MIB), footer(...list(1e9))])), /cut short/)
  t.throws(() => readFooter(footer(0x18, ...varint(1e12))), /cut short/, 'a text longer than the file')
  t.throws(() => readFooter(footer(...Array(100_000).fill(0x1c))), /nests too deep/)
  t.throws(() => readFooter(footer(0x16, ...Array(100).fill(0xff))), /does not end/)
  const many = Buffer.concat([Buffer.from(list(20 * MIB)), Buffer.alloc(20 * MIB)])
  const before = process.memoryUsage().rss
  t.throws(() => readFooter(footer(...many.subarray(0, 60_000))), /cut short/)
  const end = Buffer.from('0000PAR1')
  end.writeUInt32LE(many.length)
  t.throws(() => readFooter(Buffer.concat([many, end])), /more than 100000/)
  t.ok(process.memoryUsage().rss - before < 200 * MIB, 'and memory')
  end.writeUInt32LE(40 * MIB)
  t.throws(() => readFooter(Buffer.concat([Buffer.alloc(40 * MIB), end])), /a footer of/)
})

t.test('pages are held against their column before they are decoded', async (t) => {
  const page = (type: number, bytes: number, values: number, encoding: number, body: Buffer) =>
    Buffer.concat([
      Buffer.from([...number(type), ...number(bytes), ...number(body.length)]),
      Buffer.from([type === 2 ? 0x4c : 0x2c, ...number(values), ...number(encoding), 0, 0]),
      body,
    ])
  const cost = (rows: number, file: Buffer, flat = true) => {
    const levels = { repetition: flat ? 0 : 1, definition: 1, width: 0 }
    const sizes = { start: 0, bytes: file.length, rawBytes: 1e10, offsets: [] }
    const chunk = { ...sizes, ...levels, values: rows, type: 6, codec: 6 }
    const group = { rows, bytes: file.length, chunks: [chunk] }
    return costOf(group, (at, length) => file.subarray(at, at + length))
  }
  const body = Buffer.alloc(100)
  t.match(cost(5, page(0, 200, 5, 0, body)), { bytes: 200 })
  t.throws(() => cost(5, page(0, 1e9, 5, 0, body)), /a page of 1000000000 bytes/)
  t.throws(() => cost(5, page(0, 200, 7, 0, body)), /7 values in a column that has 5/)
  t.throws(() => cost(5, page(0, 200, 5, 0, body).subarray(0, -1)), /leaves its column/)
  // Entries of a megabyte, each referred to a million times.
  const entry = Buffer.alloc(MIB + 4)
  entry.writeUInt32LE(MIB)
  const dictionary = page(2, entry.length, 1, 0, zstdCompressSync(entry))
  const whole = Buffer.concat([dictionary, page(0, 200, 1e6, 8, body)])
  t.ok(whole.length < 1000, `${whole.length} bytes`)
  t.ok(cost(1e6, whole).most > 1e12, 'is decoded a row at a time')
  t.throws(() => cost(1e6, whole, false), /grow without end/)
})

t.test('a zstd frame that asks for a window of a gigabyte is refused', async (t) => {
  // Its descriptor has no size, and a window of 2^31.
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00])
  const read = drained(Readable.from([frame]).pipe(decompress()))
  await t.rejects(read, { code: 'ELYSIA_COMPRESSION', message: /window of more than 128 MiB/ })
})

async function drained(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}

t.test('parts with any bytes changed are whole or damaged', async (t) => {
  const home = t.testdir()
  for (const format of ['jsonl', 'json', 'parquet'] as const) {
    for (const compression of format === 'jsonl' ? ['none', 'gzip', 'zstd', 'lz4'] : ['auto']) {
      const directory = join(home, `${format}-${compression}`)
      const manifest = await sound(directory, { format, compression })
      await holds(partBytes(directory, manifest), async (bytes) => {
        replacePart(directory, manifest, bytes, { raw_bytes: 10 * MIB })
        await verify(directoryStorage(directory), { level: 'records' })
      })
      t.pass(`${format} ${compression}`)
    }
  }
})

t.test(
  'manifests, journals, single files and exports with any bytes changed are whole or damaged',
  async (t) => {
    const directory = t.testdir()
    const { finished, parts, totals, consistency, ...plan } = await sound(join(directory, 'archive'))
    const manifest = join(directory, 'archive/manifest.json')
    const journal = Buffer.from(
      `${JSON.stringify({ plan: { ...plan, counts: { before: 5 } } })}\n${JSON.stringify({ parts })}\n`,
    )
    mkdirSync(join(directory, 'journal'))
    mkdirSync(join(directory, 'export'))
    const text = readFileSync(manifest)
    await holds(text, async (bytes) => {
      mkdirSync(join(directory, 'other'), { recursive: true })
      writeFileSync(join(directory, 'other/manifest.json'), bytes)
      await openArchive(directoryStorage(join(directory, 'other')))
    })
    t.pass('manifest')
    await holds(journal, async (bytes) => {
      writeFileSync(join(directory, 'journal/parts.jsonl'), bytes)
      await readJournal(directoryStorage(join(directory, 'journal')))
    })
    t.pass('journal')
    const fixture = join(import.meta.dirname, '../../fixtures/weaviate-export/things/export_metadata.json')
    await holds(readFileSync(fixture), async (bytes) => {
      writeFileSync(join(directory, 'export/export_metadata.json'), bytes)
      await listWeaviateExport(join(directory, 'export'))
    })
    t.pass('export')
    const header = Buffer.from(`{"elysiactl_archive":${JSON.stringify(plan)}}\n{"id":1}\n`)
    for (const [name, bytes] of Object.entries({
      header,
      gzip: gzipSync(header),
      zstd: zstdCompressSync(header),
    })) {
      await holds(bytes, async (altered) => {
        const { pages } = await readSingle(Readable.from([altered]))
        await drained(pages)
      })
      t.pass(name)
    }
  },
)
