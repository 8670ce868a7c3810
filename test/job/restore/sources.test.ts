import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore, runRestore } from '../../../lib/job/restore/restore.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { idOf, THING, thing, things } from '../backup/archived.ts'
import { objectsOf, summed } from './restored.ts'

const NO_STDIN = () => Readable.from([])

async function singleBytes(store: Store, options: BackupOptionsInput = {}): Promise<Buffer> {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  await backupSingle(store, 'Thing', { stream, location: '-' }, options)
  return Buffer.concat(chunks)
}

/** The bytes, as a file and as a pipe of small chunks. */
function waysIn(t: Test, bytes: Buffer) {
  const directory = mkdtempSync(join(tmpdir(), 'elysiactl-test-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const path = `${directory}/file`
  writeFileSync(path, bytes)
  function* chunks() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
  }
  const opened = async (opening: ReturnType<typeof openSource>) => {
    const source = await opening
    t.teardown(() => source.close?.())
    return source
  }
  const pipe = () => Readable.from(chunks(), { objectMode: false })
  return {
    'a file': (options: RestoreOptionsInput = {}) => opened(openSource(path, { stdin: NO_STDIN, options })),
    'a pipe': (options: RestoreOptionsInput = {}) => opened(openSource('-', { stdin: pipe, options })),
  }
}

/** Several pages and chunks of a pipe. */
const WHOLE = 600

for (const compression of ['none', 'gzip', 'zstd', 'lz4'] as const) {
  t.test(`an archive in one ${compression} file or pipe is restored whole`, async (t) => {
    const original = await things(WHOLE)
    for (const [name, open] of Object.entries(waysIn(t, await singleBytes(original, { compression })))) {
      const store = openMemory()
      const report = await restore(await open(), store, {})
      t.match(
        report,
        { kind: 'file', objects: WHOLE, written: WHOLE, verification: { digest_equal: true } },
        name,
      )
      t.strictSame(await objectsOf(store, 'Thing'), await objectsOf(original, 'Thing'))
    }
  })
}

t.test('an archive that is cut short is damaged: a file before anything is written', async (t) => {
  const whole = await singleBytes(await things(1500), { compression: 'gzip' })
  for (const share of [0.4, 0.9, 0.999]) {
    const ways = waysIn(t, whole.subarray(0, Math.floor(whole.length * share)))
    for (const [name, open] of Object.entries(ways)) {
      const store = openMemory()
      // Of a short one the end is met when it is opened.
      const { report, error } = await open().then(
        (source) => runRestore(source, store, { batchSize: 50 }),
        (error: unknown) => ({ report: undefined, error }),
      )
      t.match(error, { code: /ELYSIA_DAMAGED|ELYSIA_COMPRESSION/ }, `${name}, ${share}`)
      if (report !== undefined) t.equal(report.status, 'failed')
      if (name === 'a file') t.equal(report?.written ?? 0, 0)
      else t.same(await store.list(), [], 'what was made of a pipe is gone again')
    }
  }
})

t.test('what is whole of a cut pipe is restored with --skip-damaged', async (t) => {
  const whole = await singleBytes(await things(1500), { compression: 'none' })
  const store = openMemory()
  const { 'a pipe': open } = waysIn(t, whole.subarray(0, whole.length >> 1))
  const report = await restore(await open(), store, { skipDamaged: true, batchSize: 50 })
  t.equal(report.parts_damaged.length, 1)
  t.ok(report.written > 500)
  t.equal(report.written, await store.collection('Thing').count())
})

t.test('a document of the Python original is restored, plain or compressed', async (t) => {
  const objects = Array.from({ length: 700 }, (_, n) => ({
    class: 'Thing',
    creationTimeUnix: 1700000000000,
    id: idOf(n),
    properties: thing(n).properties,
    vector: [...thing(n).vector!],
  }))
  const metadata = { version: '1.0', collection: 'Thing', type: 'full-backup', object_count: 700 }
  const text = Buffer.from(JSON.stringify({ metadata, schema: THING, objects }, null, 2))
  for (const bytes of [text, gzipSync(text)]) {
    for (const [name, open] of Object.entries(waysIn(t, bytes))) {
      const store = openMemory()
      const report = await restore(await open(), store, { name: 'restored' })
      t.match(report, { kind: 'original', objects: 700, verification: { digest_equal: true } }, name)
      t.same((await objectsOf(store, 'Restored'))[3], thing(3))
    }
  }
  const none = Buffer.from(
    JSON.stringify({ metadata: { ...metadata, type: 'schema-only' }, schema: THING, objects: [] }),
  )
  const store = openMemory()
  t.match(await restore(await waysIn(t, none)['a file'](), store, {}), { status: 'done', objects: 0 })
  t.ok(await store.schema('Thing'))
})

t.test('plain objects are restored; lines that are none are rejects; a rejects file is one', async (t) => {
  const lines = Array.from({ length: 30 }, (_, n) => JSON.stringify({ class: 'Thing', ...plain(n) }))
  lines.splice(7, 0, '{"id": "no uuid", "properties": {}}', 'not json')
  const bytes = Buffer.from(`${lines.join('\n')}\n`)
  const directory = t.testdir()
  const rejectsPath = `${directory}/rejects.jsonl`
  const store = openMemory()
  const report = await restore(await waysIn(t, bytes)['a file'](), store, {}, { rejectsPath })
  t.match(report, {
    kind: 'jsonl',
    objects: 32,
    written: 30,
    rejected: { invalid_value: 1, not_json: 1 },
    verification: { digest_equal: true },
  })
  const rejects = readFileSync(rejectsPath, 'utf8').trimEnd().split('\n')
  t.match(
    rejects.map((line) => JSON.parse(line) as object),
    [
      { line: 8, record: /no uuid/ },
      { line: 9, record: 'not json' },
    ],
  )
  t.match(await store.schema('Thing'), { properties: [{ name: 'title', dataType: ['text'] }] })
  t.match(
    await restore(await waysIn(t, bytes)['a pipe'](), openMemory(), {}),
    { written: 30 },
    'a pipe as well',
  )
  writeFileSync(`${directory}/class.json`, JSON.stringify(THING))
  const piped = await waysIn(t, bytes)['a pipe']({ schema: `${directory}/class.json` })
  t.match(await restore(piped, openMemory(), {}), {
    written: 30,
    rejected: { invalid_value: 1, not_json: 1 },
  })
})

t.test('a collection that a server exported is restored, its class derived or given', async (t) => {
  const directory = new URL('../../../fixtures/weaviate-export/things', import.meta.url).pathname
  await t.rejects(openSource(directory, { stdin: NO_STDIN }), {
    code: 'ELYSIA_USAGE',
    message: /holds PqTenanted, PqThing/,
  })
  const options = { collection: 'PqThing' }
  const store = openMemory()
  const report = await restore(await openSource(directory, { stdin: NO_STDIN, options }), store, {})
  t.match(summed(report), { kind: 'export', class: 'PqThing', objects: 40, written: 40, rejected: 0 })
  t.match(report.verification, { digest_equal: true })
  t.ok(report.references > 0)
  const tenanted = openMemory()
  const its = await openSource(directory, { stdin: NO_STDIN, options: { collection: 'PqTenanted' } })
  t.match(await restore(its, tenanted, {}), { objects: 10, tenants: 2, verification: { digest_equal: true } })
})

t.test('an archive is found by its id, and by the name of its directory', async (t) => {
  const root = t.testdir()
  const { manifest } = await backup(await things(5), 'Thing', directoryStorage(`${root}/Thing/monday`), {})
  for (const name of [manifest.id, 'monday']) {
    const source = await openSource(name, { stdin: NO_STDIN, root })
    t.match(await restore(source, openMemory(), {}), { archive: manifest.id, written: 5 })
  }
  await t.rejects(openSource('tuesday', { stdin: NO_STDIN, root }), { code: 'ELYSIA_INPUT_MISSING' })
})

t.test('what is no archive is refused, and said', async (t) => {
  const directory = t.testdir({ empty: '', text: 'hello\nworld\n', none: {} })
  for (const name of ['empty', 'text']) {
    await t.rejects(openSource(`${directory}/${name}`, { stdin: NO_STDIN }), { code: 'ELYSIA_INPUT' })
  }
  await t.rejects(openSource(`${directory}/none`, { stdin: NO_STDIN }), { code: 'ELYSIA_NOT_FOUND' })
  const fifo = `${directory}/fifo`
  spawnSync('mkfifo', [fifo])
  spawn('sh', ['-c', `echo hello > ${fifo}`], { stdio: 'ignore' })
  await t.rejects(openSource(fifo, { stdin: NO_STDIN }), { code: 'ELYSIA_INPUT' })
})

function plain(n: number) {
  const { id, properties, vector } = thing(n)
  return { id, properties, vector: [...vector!] }
}
