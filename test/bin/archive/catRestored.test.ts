// What `col cat` prints is restored by `col restore` as plain lines: the same collection again, by commands alone.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Link } from '../../../lib/store/store.ts'
import { HARD, hardObjects } from '../../archive/object/hard.ts'
import { type Home, home } from '../elysiactl.ts'
import { idOf } from '../filled.ts'

const OTHER: CollectionSchema = { class: 'Other', vectorizer: 'none' }

interface Scene {
  readonly schema: CollectionSchema
  readonly objects: readonly StoredObject[]
  /** References by the number of the object: to objects of the class itself and of another one, one of them dangling. */
  readonly links: boolean
}

/** Of hardObjects those without a key that a line may not have. */
const ALL_TYPES = hardObjects().filter((object) => !JSON.stringify(object, lossy).includes('"__proto__"'))

function lossy(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

const REFERENCES = [
  { name: 'next', dataType: ['Hard'] },
  { name: 'others', dataType: ['Other'] },
]

const SCENES: Readonly<Record<string, Scene>> = {
  'every property type, named vectors, multi-vectors and references': {
    schema: { ...HARD, properties: [...HARD.properties!, ...REFERENCES] },
    objects: ALL_TYPES,
    links: true,
  },
  'an unnamed vector beside named ones': {
    schema: {
      class: 'Both',
      vectorizer: 'none',
      vectorIndexType: 'hnsw',
      properties: [{ name: 'text', dataType: ['text'] }],
      vectorConfig: { one: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' } },
    },
    objects: [
      { vector: [0, -0, 1e-45] },
      { one: [1 / 3, 3.4e38] },
      { vector: [1, 2, 3], one: [4, 5] },
      {},
    ].map(({ vector, one }, n) => ({
      id: idOf(n),
      properties: { text: `t${n}` },
      ...(vector && { vector: Float32Array.from(vector) }),
      ...(one && { vectors: { one: Float32Array.from(one) } }),
    })),
    links: false,
  },
  'tenants that hold the same ids': {
    schema: {
      class: 'Ark',
      vectorizer: 'none',
      properties: [{ name: 'text', dataType: ['text'] }],
      multiTenancyConfig: { enabled: true },
    },
    objects: ['sem', 'ham', 'japheth'].flatMap((tenant) =>
      [0, 1].map((n) => ({
        id: idOf(n),
        tenant,
        properties: { text: `${tenant} ${n}` },
        vector: Float32Array.of(n, 1),
      })),
    ),
    links: false,
  },
}

async function make({ directory }: Home, file: string, { schema, objects, links }: Scene): Promise<void> {
  const store = await openSqlite(join(directory, file))
  const references = links ? REFERENCES : []
  const plain = (schema.properties ?? []).filter((property) => !REFERENCES.includes(property as never))
  await store.create(OTHER)
  await store.collection('Other').write([{ id: idOf(7), properties: {} }])
  await store.create({ ...schema, properties: plain })
  for (const property of references) await store.addProperty(schema.class, property)
  const collection = store.collection(schema.class)
  for (const tenant of new Set(objects.map((object) => object.tenant))) {
    if (tenant !== undefined) await store.createTenants(schema.class, [tenant])
    const its = objects.filter((object) => object.tenant === tenant)
    const outcomes = await collection.write(its, tenant === undefined ? {} : { tenant })
    if (!outcomes.every(({ ok }) => ok)) throw new Error(JSON.stringify(outcomes.find(({ ok }) => !ok)))
  }
  if (links) {
    const [first, second] = objects as [StoredObject, StoredObject]
    const to = (name: string, id: string) => `weaviate://localhost/${name}/${id}`
    const all: Link[] = [
      { id: first.id, property: 'next', beacons: [to('Hard', second.id), to('Hard', first.id)] },
      { id: second.id, property: 'others', beacons: [to('Other', idOf(7)), to('Other', idOf(99))] },
    ]
    await collection.link(all)
  }
  await store.close()
}

async function printed({ run }: Home, args: readonly string[], target: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(['col', ...args, ...target])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function restored(
  t: Test,
  place: Home,
  name: string,
  how: readonly string[],
  input: string,
  objects: number,
) {
  const file = `${how.join('-').replaceAll(/\W/g, '')}.db`
  const store = await openSqlite(join(place.directory, file))
  await store.create(OTHER)
  await store.collection('Other').write([{ id: idOf(7), properties: {} }])
  await store.close()
  const target = ['--target', `sqlite:${file}`]
  const { code, stdout, stderr } = await place.run(['col', 'restore', ...how, '--json', ...target], input)
  t.equal(code, 0, `${how.join(' ')}: ${stderr}`)
  const [report, ...others] = JSON.parse(stdout).restores as RestoreReport[]
  t.match(report, { status: 'done', written: objects, verification: { digest_equal: true } })
  t.strictSame([report?.rejected, others], [{}, []])
  return { target, lines: await printed(place, ['cat', name], target) }
}

for (const [title, scene] of Object.entries(SCENES)) {
  t.test(`lines of col cat restore to the equal collection: ${title}`, async (t) => {
    const place = home(t)
    const { class: name } = scene.schema
    await make(place, 'source.db', scene)
    const target = ['--target', 'sqlite:source.db']
    const lines = await printed(place, ['cat', name], target)
    const schema = await printed(place, ['show', name, '--json'], target)
    t.equal(lines.split('\n').length - 1, scene.objects.length)
    writeFileSync(join(place.directory, 'lines.jsonl'), lines)
    writeFileSync(join(place.directory, 'class.json'), schema)
    const again = (how: readonly string[], input = '') =>
      restored(t, place, name, how, input, scene.objects.length)
    // Compared by ok: a difference of lines this long would take minutes to print.
    const filed = await again(['lines.jsonl', '--schema', 'class.json'])
    t.ok(filed.lines === lines, 'from a file')
    t.equal(await printed(place, ['show', name, '--json'], filed.target), schema, 'and so is its class')
    const piped = await again(['-', '--schema', 'class.json'], lines)
    t.ok(piped.lines === lines, 'through a pipe')
    const derived = await again(['lines.jsonl', '--name', name])
    t.ok(derived.lines === lines, 'with the class derived from the lines')
  })
}
