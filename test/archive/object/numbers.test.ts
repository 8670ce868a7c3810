// The law of whole numbers: whatever reads or writes JSON keeps the digits of an int, or refuses it by name.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import type { FormatName } from '../../../lib/archive/format/format.ts'
import { readableText } from '../../../lib/archive/object/text.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { exactJson, parseDoubles, parseExact } from '../../../lib/core/exactJson.ts'
import type { Json } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import type { RestoreOptionsInput } from '../../../lib/job/restore/options.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { idOf } from '../../job/backup/archived.ts'
import { objectsOf, summed } from '../../job/restore/restored.ts'
import { directory, TARGETS } from '../../job/targets.ts'
import { texts } from '../../run/listening.ts'
import { runs } from '../../runs.ts'
import { exported } from '../foreign/exported.ts'

const LEAST = -(2n ** 63n)
const edges = [
  1306415010221662247n,
  9007199254740991n,
  9007199254740992n,
  9007199254740993n,
  -9007199254740993n,
]
const WHOLE = [
  ...edges,
  ...[0n, -1n, 2n ** 62n, 2n ** 63n - 1n, LEAST, LEAST + 1n],
  ...fc.sample(fc.bigInt({ min: LEAST, max: 2n ** 63n - 1n }), 20),
  ...fc.sample(fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }), 20),
]
/** What a server holds: of an int the double. */
const KEPT_BY_SERVERS = WHOLE.filter((whole) => BigInt(Number(whole)) === whole)

const INNER = [{ name: 'n', dataType: ['int'] }]
const SCHEMA: CollectionSchema = {
  class: 'Numbers',
  vectorizer: 'none',
  properties: [
    { name: 'n', dataType: ['int'] },
    { name: 'many', dataType: ['int[]'] },
    { name: 'one', dataType: ['object'], nestedProperties: INNER },
    { name: 'some', dataType: ['object[]'], nestedProperties: INNER },
    { name: 'double', dataType: ['number'] },
  ],
}

/** The text of properties in which a number stands everywhere that one may. */
const propertiesText = (whole: bigint) =>
  `{"double":0.5,"many":[${whole},1],"n":${whole},"one":{"n":${whole}},"some":[{"n":${whole}}]}`
const lineText = (whole: bigint, n: number) => `{"id":"${idOf(n)}","properties":${propertiesText(whole)}}`
const linesText = (wholes: readonly bigint[]) => `${wholes.map(lineText).join('\n')}\n`

/** What `col cat` prints of a store. */
async function printed(store: Store, name = 'Numbers'): Promise<string> {
  return (await objectsOf(store, name)).map((object) => `${readableText(object)}\n`).join('')
}

async function restored(path: string, store: Store, input: RestoreOptionsInput = {}, rejectsPath?: string) {
  const source = await openSource(path, { stdin: () => Readable.from([]), options: input })
  return await restore(source, store, input, rejectsPath === undefined ? {} : { rejectsPath })
}

function written(t: Test, name: string, text: string | Buffer): string {
  const path = join(directory(t), name)
  writeFileSync(path, text)
  return path
}

const input = (t: Test): RestoreOptionsInput => ({ schema: written(t, 'class.json', JSON.stringify(SCHEMA)) })

/** A store that holds all of them. */
async function numbers(t: Test): Promise<Store> {
  const store = openMemory()
  await restored(written(t, 'n.jsonl', linesText(WHOLE)), store, { ...input(t), name: 'numbers' })
  return store
}

t.test('a whole number is read with its digits, any other as the double that it is', async (t) => {
  const literal = fc.oneof(
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((double) => JSON.stringify(double)),
    fc.tuple(fc.maxSafeInteger(), fc.nat(20)).map(([whole, power]) => `${whole}e${power}`),
    fc.bigInt({ min: 0n, max: 10n ** 20n }).map((whole) => `${whole}.0`),
  )
  const texts = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      literal,
      tie('list'),
      tie('record'),
      fc.string().map((s) => JSON.stringify(s)),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }).map((all) => `[${all.join(',')}]`),
    record: fc
      .array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 })
      .map((all) => `{${all.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
  })).value as fc.Arbitrary<string>
  fc.assert(
    fc.property(texts, (text) => {
      const digits = (json: string) =>
        JSON.parse(json, (_key, value, ...[context]: unknown[]) => {
          const { source } = context as { source?: string }
          if (typeof value !== 'number') return value
          return /^-?\d+$/.test(source!) ? source : JSON.stringify(value)
        })
      t.same(digits(exactJson(parseExact(text))), digits(text))
    }),
    { numRuns: runs(200) },
  )
  t.equal(parseExact('1e400'), Number.POSITIVE_INFINITY)
  t.equal(
    parseExact('9'.repeat(400)),
    Number.POSITIVE_INFINITY,
    'digits beyond all doubles are not worked on',
  )
  t.strictSame(parseDoubles('[1306415010221662200,1e20,1.5]'), [1306415010221662208n, 1e20, 1.5])
})

for (const kind of ['memory', 'sqlite'] as const) {
  t.test(`plain lines become a collection in ${kind}, and its lines are these lines`, async (t) => {
    for (const options of [{ ...input(t), name: 'numbers' }, { name: 'numbers' }]) {
      const store = await TARGETS[kind](t)
      const path = written(t, 'n.jsonl', linesText(WHOLE))
      t.match(await restored(path, store, options), {
        written: WHOLE.length,
        verification: { digest_equal: true },
      })
      t.equal(await printed(store), linesText(WHOLE))
      t.match((await store.schema('Numbers'))!.properties![1], { name: 'many', dataType: ['int[]'] })
    }
  })
}

for (const format of ['jsonl', 'json', 'parquet'] as const satisfies FormatName[]) {
  t.test(`${format} archives keep every digit, as base64 and for people`, async (t) => {
    const source = await numbers(t)
    for (const readable of format === 'parquet' ? [false] : [false, true]) {
      const storage = memoryStorage()
      await backup(source, 'Numbers', storage, { format, readable, allowMissingVectors: true })
      const store = openMemory()
      const report = await restore(archiveSource(await openArchive(storage)), store, {})
      t.match(report, { written: WHOLE.length, verification: { digest_equal: true } })
      t.equal(await printed(store), linesText(WHOLE), `readable: ${readable}`)
    }
  })
}

t.test('an archive in one file keeps every digit', async (t) => {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(chunk)
      done()
    },
  })
  await backupSingle(await numbers(t), 'Numbers', { stream, location: '-' }, { allowMissingVectors: true })
  const store = openMemory()
  await restored(written(t, 'one.jsonl', Buffer.concat(chunks)), store)
  t.equal(await printed(store), linesText(WHOLE))
})

t.test('a document of the original keeps every digit, wherever its objects stand', async (t) => {
  const head = `"metadata":{"version":"1.0","object_count":${WHOLE.length}},"schema":${JSON.stringify(SCHEMA)}`
  const objects = `"objects":[${WHOLE.map(lineText).join(',')}]`
  for (const text of [`{${head},${objects}}`, `{${objects},${head}}`]) {
    const store = openMemory()
    await restored(written(t, 'document.json', text), store)
    t.equal(await printed(store), linesText(WHOLE))
  }
})

t.test('an export of a server is what the server held, not the digits that it writes for it', async (t) => {
  const held = WHOLE.map((whole) => BigInt(Number(whole)))
  const short = (whole: bigint) => BigInt(JSON.stringify(Number(whole)))
  const rows = WHOLE.map((whole, n) => ({ id: idOf(n), properties: propertiesText(short(whole)) }))
  for (const options of [{ ...input(t), name: 'numbers' }, { name: 'numbers' }]) {
    const store = openMemory()
    const path = exported(directory(t), 'Numbers', rows)
    t.match(summed(await restored(path, store, options)), { written: WHOLE.length, rejected: 0 })
    t.equal(await printed(store), linesText(held))
  }
})

t.test(
  'a server gets what it can hold and gives it back, by gRPC and REST; the rest is refused',
  async (t) => {
    const store = await TARGETS['a Weaviate server'](t)
    const rejects = join(directory(t), 'rejects.jsonl')
    const path = written(t, 'n.jsonl', linesText(WHOLE))
    const report = await restored(path, store, { ...input(t), name: 'numbers' }, rejects)
    const refused = WHOLE.filter((whole) => !KEPT_BY_SERVERS.includes(whole))
    t.match(report, { written: KEPT_BY_SERVERS.length, rejected: { store_rejected: refused.length } })
    const expected = WHOLE.map((whole, n) => (refused.includes(whole) ? '' : `${lineText(whole, n)}\n`)).join(
      '',
    )
    t.equal(await printed(store), expected)
    const lines = readFileSync(rejects, 'utf8').trimEnd().split('\n')
    for (const whole of refused) {
      const line = lines.find((one) => one.includes(`"n":${whole},`))
      t.ok(line?.includes(propertiesText(whole)), `the rejects file holds ${whole} as it was`)
      t.ok(line?.includes(`of which ${BigInt(Number(whole))} is the nearest`))
    }
    await t.resolves(
      restored(rejects, openMemory(), { ...input(t), name: 'again' }),
      'and can be restored from there',
    )
    await store.addProperty('Numbers', { name: 'self', dataType: ['Numbers'] })
    const byRest = await objectsOf(store, 'Numbers')
    t.equal(byRest.map((object) => `${readableText(object)}\n`).join(''), expected)
  },
)

t.test('a server’s own int beyond 2^53 can be backed up and restored', async (t) => {
  const store = await TARGETS['a Weaviate server'](t)
  await store.create(SCHEMA)
  const http = store.target.replace(/\?.*/, '')
  for (const [n, whole] of edges.entries()) {
    const properties = parseExact(propertiesText(whole)) as Json
    const body = exactJson({ class: 'Numbers', id: idOf(n), properties })
    const headers = { 'content-type': 'application/json' }
    t.equal((await fetch(`${http}/v1/objects`, { method: 'POST', headers, body })).status, 200)
  }
  const storage = memoryStorage()
  await backup(store, 'Numbers', storage, { allowMissingVectors: true })
  const report = await restore(archiveSource(await openArchive(storage)), store, { name: 'copy' })
  t.match(summed(report), { written: edges.length, rejected: 0, verification: { digest_equal: true } })
  t.equal(await printed(store, 'Copy'), await printed(store))
})

t.test('metadata of a change record keeps every digit, in its text and in its pairs', async (t) => {
  const store = openMemory()
  const lines = WHOLE.map((whole, n) =>
    JSON.stringify({ repo: 'r', op: 'add', path: `f${n}`, content: '' }).replace(
      '}',
      `,"size":9007199254740993,"vector":[9007199254740993,1],"metadata":{"a":{"b":[${whole}]},"n":${whole}}}`,
    ),
  )
  const report = await ingest(Readable.from(lines.map((line) => Buffer.from(`${line}\n`))), store, {
    collection: 'code',
  })
  t.match(report, { written: WHOLE.length, rejected: {} })
  const objects = await objectsOf(store, 'Code')
  const found = new Map(objects.map(({ properties }) => [properties.file_path, properties]))
  for (const [n, whole] of WHOLE.entries()) {
    t.match(found.get(`f${n}`), {
      metadata: `{"a":{"b":[${whole}]},"n":${whole}}`,
      metadata_pairs: [`n=${whole}`],
    })
  }
  t.strictSame(objects[0]!.vector, Float32Array.of(2 ** 53, 1))
})

t.test('a number of the type number is rounded, since it is a double, and that is said', async (t) => {
  const line = `{"id":"${idOf(1)}","properties":{"double":1306415010221662247,"n":1}}`
  const store = openMemory()
  const notices: string[] = []
  const options = { ...input(t), name: 'numbers' }
  const path = written(t, 'n.jsonl', line)
  const source = await openSource(path, { stdin: () => Readable.from([]), options })
  const report = await restore(source, store, options, {
    onEvent: texts(notices),
  })
  t.match(report, { written: 1, verification: { digest_equal: true } })
  t.match(notices.join('\n'), /1306415010221662247 is kept as 1306415010221662208/)
  t.strictSame((await objectsOf(store, 'Numbers'))[0]!.properties.double, Number(1306415010221662208n))
})

t.test('an int that was rounded before it came is refused, and so is one of more than 64 bits', async (t) => {
  const cases = [
    '1306415010221662247.0',
    '1.306415010221662247e18',
    '9223372036854775809',
    '-9223372036854775809',
  ]
  for (const literal of cases) {
    const rejects = join(directory(t), 'rejects.jsonl')
    const path = written(
      t,
      'n.jsonl',
      `{"id":"${idOf(1)}","properties":{"n":${literal}}}\n${lineText(1n, 2)}\n`,
    )
    const report = await restored(path, openMemory(), { ...input(t), name: 'numbers' }, rejects)
    t.match(report, { written: 1, rejected: { store_rejected: 1 } }, literal)
    t.match(readFileSync(rejects, 'utf8'), /digits alone|64 bits/)
  }
})

t.test('a number beyond the doubles is refused', async (t) => {
  const rejects = join(directory(t), 'rejects.jsonl')
  const path = written(
    t,
    'n.jsonl',
    `{"id":"${idOf(1)}","properties":{"double":1e999}}\n${lineText(1n, 2)}\n`,
  )
  t.match(await restored(path, openMemory(), { ...input(t), name: 'numbers' }, rejects), {
    written: 1,
    rejected: { wrong_type: 1 },
  })
  t.match(readFileSync(rejects, 'utf8'), /beyond the range of a double/)
})

t.test('a class with a number that it would not keep is refused', async (t) => {
  const text = JSON.stringify({ ...SCHEMA, limit: 1 }).replace('"limit":1', '"limit":9223372036854775807')
  const path = written(t, 'n.jsonl', lineText(1n, 1))
  const schema = written(t, 'class.json', text)
  await t.rejects(restored(path, openMemory(), { schema, name: 'numbers' }), {
    code: 'ELYSIA_USAGE',
    message: /9223372036854775807/,
  })
  const document = `{"metadata":{"version":"1.0"},"schema":${text},"objects":[]}`
  await t.rejects(restored(written(t, 'd.json', document), openMemory()), {
    code: 'ELYSIA_DAMAGED',
    message: /9223372036854775807/,
  })
})

t.test('a backup in partitions of an int names each by its digits', async (t) => {
  const files: Files = new Map()
  const source = await numbers(t)
  const options = {
    allowMissingVectors: true,
    partitionBy: 'n',
    format: 'jsonl',
    maxPartitions: 2000,
  } as const
  await backup(source, 'Numbers', memoryStorage(files), options)
  const directories = new Set([...files.keys()].flatMap((name) => /=(-?\d+)\//.exec(name)?.[1] ?? []))
  t.strictSame(directories, new Set(WHOLE.map(String)))
})

t.test('what is no reference is refused by the digits that it holds', async (t) => {
  const path = written(
    t,
    'n.jsonl',
    `{"id":"${idOf(1)}","properties":{"n":1,"self":[{"beacon":${2n ** 60n + 1n}}]}}`,
  )
  const schema = { ...SCHEMA, properties: [...SCHEMA.properties!, { name: 'self', dataType: ['Numbers'] }] }
  const rejects = join(directory(t), 'rejects.jsonl')
  const options = { schema: written(t, 'class.json', JSON.stringify(schema)), name: 'numbers' }
  t.match(await restored(path, openMemory(), options, rejects), { written: 1, references_rejected: 1 })
  t.match(readFileSync(rejects, 'utf8'), /1152921504606846977/)
})
