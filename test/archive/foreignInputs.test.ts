// What is read whole by a command, with any of its bytes changed: done, or an error of ours that blames the bytes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { ElysiaError } from '../../lib/core/errors.ts'
import { ingest } from '../../lib/job/ingest/ingest.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { openSource } from '../../lib/job/restore/source/open.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import { lz4 } from '../../lib/stream/codec/lz4Encoder.ts'
import { holds, RUNS } from './changedBytes.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')

t.setTimeout(RUNS * 3000 + 120_000)

async function lz4Frame(bytes: Buffer): Promise<Buffer> {
  const stage = await lz4.compress()
  return Buffer.concat(await Readable.from([bytes]).pipe(stage).toArray())
}

const CODECS: Readonly<Record<string, (bytes: Buffer) => Buffer | Promise<Buffer>>> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  lz4: lz4Frame,
}

const RECORDS = Buffer.from(
  [
    { repo: 'r', op: 'add', path: 'a', content: 'one', metadata: { a: 1, b: [true, null] } },
    { repo: 'r', op: 'modify', path: 'a', metadata: { big: 2 ** 60 } },
    { repo: 'r', op: 'rename', path: 'a', new_path: 'b', vector: [1, 0.5] },
    { repo: 'r', op: 'add', path: 'c', content_base64: 'dHdv', vectors: {} },
    { repo: 'r', new_changeset: { commit: 'c1' } },
    { repo: 'r', op: 'delete', path: 'c' },
  ]
    .map((one) => `${JSON.stringify(one)}\n`)
    .join(''),
)

for (const [codec, compress] of Object.entries(CODECS)) {
  t.test(`change records, ${codec}: each line is taken or refused, or the input is to blame`, async (t) => {
    await holds(await compress(RECORDS), async (bytes) => {
      const store = openMemory()
      const report = await ingest(Readable.from([bytes], { objectMode: false }), store, { collection: 'c' })
      t.equal(report.lines, report.blank + report.records)
    })
    t.pass(codec)
  })
}

t.test('a rejects file that is fed in again', async (t) => {
  const lines = [
    { line: 1, code: 'not_json', reason: 'no', record: '{"repo":"r","op":"add","path":"a","content":"x"}' },
    { line: 2, code: 'invalid_utf8', reason: 'no', record_base64: '/w==' },
    { line: 3, code: 'line_too_long', reason: 'no', record_sha256: '0'.repeat(64) },
  ]
  await holds(Buffer.from(lines.map((one) => `${JSON.stringify(one)}\n`).join('')), async (bytes) => {
    const input = Readable.from([bytes], { objectMode: false })
    await ingest(input, openMemory(), { collection: 'c', fromRejects: true })
  })
  t.pass('rejects')
})

/** Restores a file into memory; of what it does not know it may say that it is wrong usage. */
async function restoreFile(path: string): Promise<void> {
  try {
    const source = await openSource(path, { stdin: () => Readable.from([]) })
    await restore(source, openMemory(), { name: 'Anything' })
  } catch (error) {
    if (error instanceof ElysiaError && BLAMES.has(error.code)) return
    throw error
  }
}

/** A file is no archive any more, none of its objects could be taken, or its class is none. */
const BLAMES = new Set(['ELYSIA_USAGE', 'ELYSIA_INCOMPLETE', 'ELYSIA_DAMAGED', 'ELYSIA_STORE'])

const id = (n: number) => `0000000${n}-0000-4000-8000-000000000000`
const original = {
  metadata: { version: '1.0', collection: 'Thing', timestamp: '2025-01-01T00:00:00' },
  schema: { class: 'Thing', properties: [{ name: 'n', dataType: ['int'] }] },
  objects: [1, 2, 3].map((n) => ({ uuid: id(n), properties: { n, t: 'x' }, vector: [n, 0.5] })),
  object_count: 3,
}
const plain = [1, 2, 3].map((n) =>
  JSON.stringify({ class: 'Thing', id: id(n), properties: { n, o: { a: [1, 2.5] } }, vector: [n, 1] }),
)

const FILES: Readonly<Record<string, () => Buffer | Promise<Buffer>>> = {
  'a document of the original': () => Buffer.from(JSON.stringify(original, null, 2)),
  'the same, compressed': () => gzipSync(JSON.stringify(original)),
  'plain JSON lines': () => Buffer.from(`${plain.join('\n')}\n`),
  'a single file': () => gunzipSync(readFileSync(join(FIXTURES, 'golden/single.jsonl.gz'))),
  'the same single file, compressed': () => readFileSync(join(FIXTURES, 'golden/single.jsonl.gz')),
}

for (const [what, made] of Object.entries(FILES)) {
  t.test(`${what} with any bytes changed is restored, or is to blame`, async (t) => {
    const path = join(t.testdir(), 'file')
    await holds(await made(), async (bytes) => {
      writeFileSync(path, bytes)
      await restoreFile(path)
    })
    t.pass(what)
  })
}

t.test('a Parquet file of a server’s export with any bytes changed is read, or is to blame', async (t) => {
  const directory = join(t.testdir(), 'export')
  const name = 'PqThing_qxVIdLUyjLe8_0000.parquet'
  mkdirSync(directory)
  await holds(
    readFileSync(join(FIXTURES, 'weaviate-export/things', name)),
    async (bytes) => {
      writeFileSync(join(directory, name), bytes)
      await restoreFile(directory)
    },
    Math.ceil(RUNS / 4),
  )
  t.pass(name)
})
