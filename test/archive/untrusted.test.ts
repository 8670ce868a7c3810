// An archive from a place that nobody trusts: it is refused, and does no harm.
import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { openArchive } from '../../lib/archive/archive.ts'
import { readJournal } from '../../lib/archive/journal.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { archiveSource } from '../../lib/job/restore/source/archive.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import { lz4 } from '../../lib/stream/codec/lz4Encoder.ts'
import { idOf } from '../job/backup/archived.ts'
import { partBytes, put, type Reading, readApart, replacePart, reseal, sound } from './forged.ts'

const MIB = 2 ** 20
const SECRET = 'the secret of another directory'

/** A reading, and what its error is about. */
type Refusal = readonly [how: 'verify' | 'restore', path: string, about: RegExp]

/** Reads them in a process of its own that has no more memory than a sound archive takes. */
async function refused(t: Test, refusals: readonly Refusal[]): Promise<void> {
  const outcomes = await readApart(refusals.map(([how, path]) => [how, path]))
  for (const [at, outcome] of outcomes.entries()) {
    const [how, path, about] = refusals[at]!
    const said = `${how} ${basename(path)}: ${outcome.message}`
    t.match(outcome, { code: 'ELYSIA_DAMAGED', message: about, polluted: false }, said)
    t.ok(outcome.rss < 320 * MIB, `${how}: ${Math.round(outcome.rss / MIB)} MiB`)
  }
}

t.test('a part whose name leads out of the archive is not looked at', async (t) => {
  const directory = join(t.testdir({ 'secret.jsonl': SECRET }), 'archive')
  const manifest = await sound(directory)
  const [part] = manifest.parts
  const names = [
    '../secret.jsonl',
    join(t.testdirName, 'secret.jsonl'),
    'parts/../../secret.jsonl',
    './x',
    'parts//x',
  ]
  for (const file of [...names, '..\\secret.jsonl', 'parts/\0x', '', '.', '..', 'x/'.repeat(600)]) {
    reseal(directory, { ...manifest, parts: [{ ...part!, file }] })
    await t.rejects(
      openArchive(directoryStorage(directory)),
      { code: 'ELYSIA_DAMAGED' },
      JSON.stringify(file),
    )
    const { status, faults } = await verify(directoryStorage(directory), { level: 'exists' })
    t.match({ status, faults }, { status: 'damaged', faults: [{ file: 'manifest.json' }] })
  }
})

t.test(
  'links are not followed: not as a part, its directory, the manifest, nor a pipe in its place',
  async (t) => {
    const home = t.testdir()
    const kinds: Readonly<Record<string, (directory: string, file: string, elsewhere: string) => void>> = {
      'a part': (_, file, elsewhere) => {
        renameSync(file, join(elsewhere, 'part'))
        symlinkSync(join(elsewhere, 'part'), file)
      },
      'the directory of parts': (directory, _, elsewhere) => {
        renameSync(join(directory, 'parts'), join(elsewhere, 'parts'))
        symlinkSync(join(elsewhere, 'parts'), join(directory, 'parts'))
      },
      'a pipe that nobody writes to': (_, file) => {
        rmSync(file)
        execFileSync('mkfifo', [file])
      },
      'the manifest': (directory, _, elsewhere) => {
        renameSync(join(directory, 'manifest.json'), join(elsewhere, 'manifest'))
        symlinkSync(join(elsewhere, 'manifest'), join(directory, 'manifest.json'))
      },
    }
    for (const [title, change] of Object.entries(kinds)) {
      const [directory, elsewhere] = ['archive', 'elsewhere'].map((name) => join(home, title, name)) as [
        string,
        string,
      ]
      mkdirSync(elsewhere, { recursive: true })
      const manifest = await sound(directory)
      const archive = await openArchive(directoryStorage(directory))
      change(directory, join(directory, manifest.parts[0]!.file), elsewhere)
      const { status } = await verify(directoryStorage(directory), { level: 'records' }).catch((error) => {
        if (error.code === 'ELYSIA_NOT_FOUND') return { status: 'damaged' }
        throw error
      })
      t.equal(status, 'damaged', title)
      const store = openMemory()
      const restored = openArchive(directoryStorage(directory)).then((opened) =>
        restore(archiveSource(opened), store, {}),
      )
      await t.rejects(restored, { code: /DAMAGED|NOT_FOUND/ }, title)
      if (title !== 'the manifest')
        await t.rejects(restore(archiveSource(archive), openMemory(), {}), { code: 'ELYSIA_DAMAGED' })
    }
  },
)

/** A GiB of these bytes in frames of 16 MiB each, which any tool decompresses one after another. */
async function bomb(codec: 'gzip' | 'zstd' | 'lz4', byte: string): Promise<Buffer> {
  const bytes = Buffer.alloc(16 * MIB, byte)
  const frame =
    codec === 'gzip'
      ? gzipSync(bytes)
      : codec === 'zstd'
        ? zstdCompressSync(bytes)
        : await buffer(Readable.from([bytes], { objectMode: false }).pipe(await lz4.compress()))
  return Buffer.concat(Array.from({ length: 64 }, () => frame))
}

t.test('a part that decompresses to more than is declared stops there, and takes no memory', async (t) => {
  const home = t.testdir()
  const refusals: Refusal[] = []
  for (const codec of ['gzip', 'zstd', 'lz4'] as const) {
    const bytes = await bomb(codec, ' ')
    for (const format of ['jsonl', 'json'] as const) {
      const directory = join(home, `${codec}-${format}`)
      const manifest = await sound(directory, { format, compression: codec })
      replacePart(directory, manifest, bytes)
      const { raw_bytes: declared } = manifest.parts[0]!
      refusals.push(['verify', directory, new RegExp(`more than the ${declared} bytes`)])
      if (codec === 'zstd') refusals.push(['restore', directory, /./])
    }
  }
  await refused(t, refusals)
})

t.test('a line without an end is given up, even where as much is declared', async (t) => {
  const directory = t.testdir()
  const manifest = await sound(directory, { compression: 'zstd' })
  replacePart(directory, manifest, await bomb('zstd', 'x'), { raw_bytes: 2 ** 40 })
  const [outcome] = await readApart([['verify', directory]])
  const { code, message, rss } = outcome!
  t.match({ code, message }, { code: 'ELYSIA_DAMAGED', message: /longer than 256 MiB/ })
  t.ok(rss < 700 * MIB, `${Math.round(rss / MIB)} MiB`)
})

t.test('a manifest of 300 MB is not read', async (t) => {
  const directory = t.testdir()
  await sound(directory)
  put(join(directory, 'manifest.json'), readFileSync(join(directory, 'manifest.copy.json')))
  // Its copy as well: a restore would read that.
  for (const name of ['manifest.json', 'manifest.copy.json']) truncateSync(join(directory, name), 300_000_000)
  const about = /larger than a manifest can be/
  await refused(t, [
    ['verify', directory, about],
    ['restore', directory, about],
  ])
})

t.test('a journal of 300 MB is not read either', async (t) => {
  const directory = t.testdir({ 'parts.jsonl': '{}' })
  truncateSync(join(directory, 'parts.jsonl'), 300_000_000)
  await t.rejects(readJournal(directoryStorage(directory)), {
    code: 'ELYSIA_DAMAGED',
    message: /larger than/,
  })
})

/** A varint of Thrift, as a Parquet footer has them. */
function varint(value: bigint): number[] {
  return value < 128n ? [Number(value)] : [Number(value & 127n) | 128, ...varint(value >> 7n)]
}

t.test('a Parquet file that claims to have a billion rows and has five is damaged', async (t) => {
  const home = t.testdir()
  const directories: string[] = []
  for (const rows of [1_000_000_000n, 5_000_000_000n]) {
    const directory = join(home, String(rows))
    await claim(t, directory, rows)
    directories.push(directory)
  }
  await refused(
    t,
    directories.map((directory) => ['verify', directory, /is damaged|holds/]),
  )
})

async function claim(t: Test, directory: string, rows: bigint): Promise<void> {
  const manifest = await sound(directory, { format: 'parquet', compression: 'auto' })
  const bytes = partBytes(directory, manifest)
  const length = bytes.readUInt32LE(bytes.length - 8)
  const [body, footer] = [bytes.subarray(0, -8 - length), bytes.subarray(-8 - length, -8)]
  // A field behind the one before it, an i64, with the 5 of five objects.
  const claim = Buffer.from([0x16, ...varint(2n * rows)]).toString('latin1')
  const forged = Buffer.from(footer.toString('latin1').replaceAll('\x16\x0a', claim), 'latin1')
  t.not(forged.length, footer.length)
  const end = Buffer.from('0000PAR1')
  end.writeUInt32LE(forged.length)
  const whole = Buffer.concat([body, forged, end])
  replacePart(directory, manifest, whole, { raw_bytes: whole.length })
}

/** A line of an object whose property is this JSON. */
const line = (json: string, more = '') => `{"id":"${idOf(1)}","properties":{"title":${json}}${more}}\n`
const DEPTH = 1e6
const NESTED = [
  line(`${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`),
  line(`${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`),
  line('['.repeat(DEPTH)),
]

t.test('lists in lists a million deep are an error like others', async (t) => {
  const home = t.testdir()
  const readings: Reading[] = []
  const abouts: RegExp[] = []
  for (const [n, text] of NESTED.entries()) {
    for (const format of ['jsonl', 'json'] as const) {
      const directory = join(home, `${format}-${n}`)
      const manifest = await sound(directory, { format })
      const part = Buffer.from(format === 'json' ? `[${text}]` : text)
      replacePart(directory, manifest, part, { raw_bytes: part.length, objects: 1, vectors: 0 })
      readings.push([n === 0 ? 'restore' : 'verify', directory])
      // A document has one level more: the array around its objects.
      abouts.push(n === 2 ? /part parts/ : /(deeper|more) than 50[01] levels/)
    }
  }
  for (const [at, outcome] of (await readApart(readings)).entries()) {
    const said = `${basename(readings[at]![1])}: ${outcome.message}`
    t.match(outcome, { code: 'ELYSIA_DAMAGED', message: abouts[at] }, said)
  }
})

t.test('in a file of objects, a document and a pipe as well', async (t) => {
  const home = t.testdir()
  const readings: Reading[] = []
  for (const [n, text] of NESTED.entries()) {
    const document = `{"metadata":{"version":"1.0"},"schema":{"class":"Thing","properties":[{"name":"title","dataType":["text"]}]},"objects":[${text}]}`
    for (const [name, content] of [
      [`plain-${n}.jsonl`, text],
      [`document-${n}.json`, document],
    ] as const) {
      writeFileSync(join(home, name), content)
      readings.push(['restore', join(home, name)])
    }
  }
  for (const { code, message, rss } of await readApart(readings)) {
    t.ok(
      code === undefined || /^ELYSIA_(DAMAGED|INPUT|INCOMPLETE|CONFLICT|USAGE)$/.test(code),
      `${code}: ${message.slice(0, 200)}`,
    )
    t.ok(rss < 500 * MIB, `${Math.round(rss / MIB)} MiB`)
  }
})

t.test('names that mean something to JavaScript change nothing but the object they stand in', async (t) => {
  const directory = t.testdir()
  const manifest = await sound(directory)
  const evil = '{"admin":true,"constructor":{"prototype":{"admin":true}}}'
  const all = partBytes(directory, manifest).toString().split('\n')
  const more = `,"vectors":{"__proto__":"AACAPw=="},"__proto__":${evil}`
  const lines = [line(`{"__proto__":${evil}}`, more), line(evil, `,"constructor":${evil}`), ...all]
  replacePart(directory, manifest, Buffer.from(lines.join('')), { raw_bytes: 1e6 })
  const schema = JSON.parse(`{"class":"Thing","__proto__":${evil},"vectorConfig":{"__proto__":${evil}}}`)
  reseal(directory, { ...manifest, schema, ...JSON.parse(`{"__proto__":${evil}}`) })
  const ways = ['verify', 'restore'] as const
  for (const [at, outcome] of (await readApart(ways.map((way) => [way, directory]))).entries())
    t.match(outcome, { code: 'ELYSIA_DAMAGED', polluted: false }, ways[at]!)
})
