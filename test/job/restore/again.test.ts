// What was damaged the first time: sent again, restored from what is intact, or without the one object that is not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { texts } from '../../run/listening.ts'
import { idOf, THING, thing, things } from '../backup/archived.ts'
import { TARGETS } from '../targets.ts'

/** In an archive; and so many in a document or in lines. */
const [OBJECTS, LINES] = [800, 400]

function directory(t: Test): string {
  const made = mkdtempSync(`${tmpdir()}/elysiactl-test-`)
  t.teardown(() => rmSync(made, { recursive: true }))
  return made
}

function piped(bytes: Buffer, options: { schema?: string } = {}) {
  function* chunks() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
  }
  return openSource('-', { stdin: () => Readable.from(chunks(), { objectMode: false }), options })
}

async function single(): Promise<Buffer> {
  const stream = new PassThrough()
  const out = { stream, location: '-' }
  const [bytes] = await Promise.all([
    buffer(stream),
    backupSingle(await things(OBJECTS), 'Thing', out, { compression: 'none' }),
  ])
  return bytes
}

function document(objects: readonly unknown[]): Buffer {
  const metadata = { version: '1.0', collection: 'Thing', type: 'full-backup', object_count: objects.length }
  return Buffer.from(JSON.stringify({ metadata, schema: THING, objects }))
}

const plain = (n: number) => ({ id: idOf(n), properties: thing(n).properties, vector: [...thing(n).vector!] })
const PLAIN = Array.from({ length: LINES }, (_, n) => plain(n))

const [first, second] = [await single(), await single()]

for (const [name, open] of Object.entries(TARGETS)) {
  t.test(`a pipe that was cut can be sent again into ${name}`, async (t) => {
    const schema = `${directory(t)}/class.json`
    writeFileSync(schema, JSON.stringify(THING))
    const lines = gzipSync(PLAIN.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const kinds = {
      archive: { bytes: first, again: second, count: OBJECTS },
      document: { bytes: document(PLAIN), again: document(PLAIN), count: LINES },
      lines: { bytes: lines, again: lines, count: LINES, options: { schema } },
    }
    for (const [kind, { bytes, again, count, ...rest }] of Object.entries(kinds)) {
      const options = 'options' in rest ? rest.options : {}
      const store = await open(t)
      const cut = bytes.subarray(0, Math.floor(bytes.length * 0.8))
      const said: string[] = []
      const onEvent = texts(said)
      const { error } = await runRestore(await piped(cut, options), store, { batchSize: 50 }, { onEvent })
      t.match(error, { code: /ELYSIA_(DAMAGED|COMPRESSION)/ }, kind)
      t.same(await store.list(), [], `${kind}: nothing stands in the way`)
      t.match(said.at(-1), /Thing, which was created for it, is removed again/)
      t.match(await restore(await piped(again, options), store, {}), { written: count }, kind)
    }
  })
}

t.test('a collection that was there is not taken away by a pipe that is cut', async (t) => {
  const store = await things(5)
  await t.rejects(runRestore(await piped(first.subarray(0, 3000)), store, {}), { code: 'ELYSIA_CONFLICT' })
  t.equal(await store.collection('Thing').count(), 5)
  await t.rejects(piped(Buffer.alloc(0)), { code: 'ELYSIA_INPUT', message: /it is empty/ })
})

t.test('an archive whose manifest is damaged is restored by its copy, and that is said', async (t) => {
  const root = directory(t)
  await backup(await things(50), 'Thing', directoryStorage(root), {})
  const manifest = readFileSync(`${root}/manifest.json`)
  const faults: Readonly<Record<string, () => Buffer>> = {
    'a bit': () => {
      const flipped = Buffer.from(manifest)
      flipped[700]! ^= 4
      return flipped
    },
    'cut short': () => manifest.subarray(0, 500),
    nothing: () => Buffer.alloc(0),
  }
  for (const [fault, bytes] of Object.entries(faults)) {
    writeFileSync(`${root}/manifest.json`, bytes())
    const said: string[] = []
    const onEvent = texts(said)
    const source = await openSource(root, { stdin: () => Readable.from([]), onEvent })
    t.match(said.join('\n'), /manifest.json.*: its copy .* is intact, and is read instead/, fault)
    t.match(
      await restore(source, openMemory(), {}),
      { written: 50, verification: { digest_equal: true } },
      fault,
    )
  }
  const copy = readFileSync(`${root}/manifest.copy.json`)
  copy[900]! ^= 1
  writeFileSync(`${root}/manifest.copy.json`, copy)
  await t.rejects(openSource(root, { stdin: () => Readable.from([]) }), { code: 'ELYSIA_DAMAGED' })
})

t.test('of an original document with bad objects the others are restored', async (t) => {
  const objects: unknown[] = [...PLAIN]
  objects.splice(3, 0, { id: 'no uuid', properties: {} }, 'not an object', { ...plain(901), vector: ['x'] })
  objects.push(null)
  const bytes = document(objects)
  const root = directory(t)
  writeFileSync(`${root}/document.json`, bytes)
  const opens = {
    file: () => openSource(`${root}/document.json`, { stdin: () => Readable.from([]) }),
    pipe: () => piped(bytes),
  }
  for (const [way, open] of Object.entries(opens)) {
    const rejectsPath = `${root}/${way}.jsonl`
    const report = await restore(await open(), openMemory(), {}, { rejectsPath })
    t.match(report, { objects: LINES + 4, written: LINES, verification: { digest_equal: true } }, way)
    t.strictSame(report.rejected, { invalid_value: 4 })
    const rejects = readFileSync(rejectsPath, 'utf8').trimEnd().split('\n')
    t.match(
      rejects.map((line) => JSON.parse(line) as object),
      [
        { line: 4, reason: /object number 4: /, record: /no uuid/ },
        { line: 5, reason: /it is not a JSON object/, record: '"not an object"' },
        { line: 6, record: /\["x"\]/ },
        { line: LINES + 4, record: 'null' },
      ],
      way,
    )
  }
})
