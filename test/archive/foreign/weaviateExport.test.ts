import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ExportFile } from '../../../lib/archive/foreign/exportFile.ts'
import {
  deriveExportSchema,
  isWeaviateExport,
  listWeaviateExport,
  readWeaviateExport,
} from '../../../lib/archive/foreign/weaviateExport.ts'
import type { StoredObject } from '../../../lib/core/object.ts'

/** Written by a server 1.40.0-dev: a collection with named vectors, and one with two tenants. */
const directory = join(import.meta.dirname, '../../../fixtures/weaviate-export/things')

const FLIPS = 8

async function objectsOf(file: ExportFile): Promise<StoredObject[]> {
  const objects: StoredObject[] = []
  for await (const page of (await readWeaviateExport(file)) as AsyncIterable<StoredObject[]>)
    objects.push(...page)
  return objects
}

t.test('an export is known by what lies in it, and listed by collection and tenant', async (t) => {
  t.ok(await isWeaviateExport(directory))
  t.notOk(await isWeaviateExport(import.meta.dirname))
  t.notOk(await isWeaviateExport(join(directory, 'nowhere')))
  const { files, skipped, started } = await listWeaviateExport(directory)
  t.strictSame(
    files.map(({ collection, tenant, objects }) => [collection, tenant, objects]),
    [
      ['PqTenanted', 'a', 5],
      ['PqTenanted', 'b', 5],
      ['PqThing', undefined, 40],
    ],
  )
  t.strictSame([skipped, started], [[], '2026-11-25T09:47:45.02122179Z'])
})

t.test('its objects come as they were stored, in order of id', async (t) => {
  const { files } = await listWeaviateExport(directory)
  const things = await objectsOf(files[2]!)
  const ids = things.map(({ id }) => id)
  t.strictSame(
    ids,
    Array.from({ length: 40 }, (_, n) => `10000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`),
  )
  const { properties, vectors, vector, tenant, createdMs } = things[21]!
  t.match(properties, {
    title: `thing 21 é\u0000${'x'.repeat(21)}`,
    n: 21 * 2 ** 40,
    x: 7,
    when: '2024-01-01T00:00:00.123456789+02:00',
    tags: [],
    b: 'AAEC',
    o: { a: 'q', k: [1, 2] },
    sees: [{ beacon: `weaviate://localhost/PqThing/${ids[1]}` }],
  })
  t.strictSame(vectors, {
    small: new Float32Array([21, -0, 1e-40, 0.1]),
    col: [new Float32Array([1, 2, 21]), new Float32Array([0.5, 0.25, 0.125])],
  })
  t.ok(Object.is((vectors!.small as Float32Array)[1], -0))
  t.strictSame([vector, tenant, createdMs], [undefined, undefined, 1_795_600_065_008])
  t.strictSame(things[5]?.properties, {})
  t.strictSame(things[7]?.vectors, undefined)
})

t.test('an object of a tenant says so, and has its unnamed vector', async (t) => {
  const { files } = await listWeaviateExport(directory)
  const [first, ...more] = await objectsOf(files[1]!)
  t.match(first, { tenant: 'b', properties: { title: 'b0' } })
  t.strictSame(first?.vector, new Float32Array([0, -0, 1e-40]))
  t.equal(more.length, 4)
})

t.test('its class is derived from all its objects', async (t) => {
  const { files } = await listWeaviateExport(directory)
  const things = await deriveExportSchema(files.slice(2))
  const types = Object.fromEntries(things.properties!.map(({ name, dataType }) => [name, dataType[0]]))
  t.match(types, {
    title: 'text',
    n: 'int',
    x: 'number',
    when: 'date',
    whens: 'date[]',
    u: 'uuid',
    tags: 'text[]',
  })
  t.match(types, {
    geo: 'geoCoordinates',
    phone: 'phoneNumber',
    o: 'object',
    os: 'object[]',
    sees: 'PqThing',
  })
  t.match(things.vectorConfig, { small: {}, col: { vectorIndexConfig: { multivector: { enabled: true } } } })
  t.match(await deriveExportSchema(files.slice(0, 2)), {
    class: 'PqTenanted',
    multiTenancyConfig: { enabled: true },
    vectorIndexType: 'hnsw',
  })
})

t.test('an export that is not whole is refused', async (t) => {
  const copy = (change: (to: string) => void) => {
    const to = t.testdir()
    cpSync(directory, to, { recursive: true })
    change(to)
    return listWeaviateExport(to)
  }
  const gone = copy((to) => rmSync(join(to, 'PqTenanted_b_0000.parquet')))
  await t.rejects(gone, { code: 'ELYSIA_DAMAGED', message: 'shard b of PqTenanted has 0 objects' })
  const cut = copy((to) => {
    const path = join(to, 'PqThing_qxVIdLUyjLe8_0000.parquet')
    writeFileSync(path, readFileSync(path).subarray(0, 3000))
  })
  await t.rejects(cut, { code: 'ELYSIA_DAMAGED', message: /PqThing.*Parquet/ })
  const running = copy((to) => {
    const path = join(to, 'export_metadata.json')
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(
        '"status": "SUCCESS",\n  "classes"',
        '"status": "STARTED",\n  "classes"',
      ),
    )
  })
  await t.rejects(running, { code: 'ELYSIA_DAMAGED', message: 'STARTED' })
  await t.rejects(listWeaviateExport(join(directory, 'nowhere')), { code: 'ELYSIA_INPUT_MISSING' })
})

t.test('without the metadata of the server its files are taken as they are', async (t) => {
  const to = t.testdir()
  copyFileSync(join(directory, 'PqTenanted_a_0000.parquet'), join(to, 'some.parquet'))
  t.ok(await isWeaviateExport(to))
  t.match(await listWeaviateExport(to), { files: [{ collection: 'PqTenanted', tenant: 'a' }], skipped: [] })
})

t.test(
  'a file with a bit changed anywhere is damage or still objects, and nothing else dies of it',
  async (t) => {
    const name = readdirSync(directory).find((name) => name.startsWith('PqThing'))!
    const bytes = readFileSync(join(directory, name))
    // Each is read in a thread of its own, which takes a while to begin; foreignInputs.test.ts changes more at random.
    for (let n = 0; n < FLIPS; n++) {
      const flipped = Buffer.from(bytes)
      flipped[Math.floor((n * bytes.length) / FLIPS)]! ^= 1 << (n % 8)
      const to = t.testdir({ 'export.parquet': flipped })
      const read = async () => {
        for (const file of (await listWeaviateExport(to)).files) await objectsOf(file)
      }
      const error = await read().then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (error !== undefined) t.match(error, { code: 'ELYSIA_DAMAGED' })
    }
  },
)

t.test('a reader that is given up ends its thread', async (t) => {
  const { files } = await listWeaviateExport(directory)
  const before = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
  const pages = await readWeaviateExport(files[2]!)
  await new Promise((resolve) => pages.once('readable', resolve))
  pages.destroy()
  await new Promise((resolve) => (pages.closed ? resolve(undefined) : pages.once('close', resolve)))
  t.equal(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length, before)
})
