import { createWriteStream } from 'node:fs'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import type { VerifyOptions } from '../../../lib/job/verify/options.ts'
import type { VerifyReport } from '../../../lib/job/verify/report.ts'
import { verifySingle } from '../../../lib/job/verify/single.ts'
import { runVerify, verify } from '../../../lib/job/verify/verify.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { idOf, THING, thing } from '../backup/archived.ts'
import { sourceOf } from '../restore/restored.ts'
import { directory, TARGETS } from '../targets.ts'

/** A range for each tenant; its things refer to each other. */
const LINKED: CollectionSchema = {
  ...THING,
  multiTenancyConfig: { enabled: true },
  properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
}

const TENANTS = ['a', 'b', 'c']
const EACH = 20

const LEVEL: VerifyOptions = { level: 'live', maxErrors: 0, workers: 2, retryForMs: 0 }

/** An archive of things that refer to each other, in a directory and in one file. */
async function linkedArchives(t: Test) {
  const store = await TARGETS.sqlite(t)
  await store.create(LINKED)
  await store.createTenants('Thing', TENANTS)
  for (const tenant of TENANTS) {
    const things = Array.from({ length: EACH }, (_, n) => thing(n, EACH))
    await store.collection('Thing').write(things, { tenant })
    const links = things
      .slice(1)
      .map(({ id }, n) => ({ id, property: 'next', beacons: [beacon('Thing', n)] }))
    await store.collection('Thing').link(links, { tenant })
  }
  return archivesOf(t, store)
}

function beacon(name: string, n: number): string {
  return `weaviate://localhost/${name}/${idOf(n, EACH)}`
}

async function archivesOf(t: Test, store: Store) {
  const files: Files = new Map()
  await backup(store, 'Thing', memoryStorage(files), {})
  const path = `${directory(t)}/thing.jsonl.zst`
  await backupSingle(store, 'Thing', { stream: createWriteStream(path), location: path }, {})
  const ways: Readonly<Record<string, (store: Store, name?: string) => Promise<VerifyReport>>> = {
    'a directory': (store, name) => verify(memoryStorage(files), LEVEL, against(store, name)),
    'a single file': (store, name) => verifySingle(path, LEVEL, against(store, name)),
  }
  return { files, ways }
}

function against(store: Store, name?: string) {
  return { against: { store, ...(name !== undefined && { name }) } }
}

const facts = ({ faults }: VerifyReport) => faults.map(({ fact }) => fact)

for (const [target, open] of Object.entries(TARGETS)) {
  t.test(`references of a class to itself follow its other name in ${target}`, async (t) => {
    const { files, ways } = await linkedArchives(t)
    const store = await open(t)
    await restore(await sourceOf(files), store, { name: 'Copy' })
    for (const [way, verified] of Object.entries(ways)) {
      t.strictSame(facts(await verified(store, 'Copy')), [], way)
    }
  })

  t.test(`what was changed under another name in ${target} is found, and its range named`, async (t) => {
    const { files, ways } = await linkedArchives(t)
    const store = await open(t)
    await restore(await sourceOf(files), store, { name: 'Copy' })
    const whole = await objectOf(store, 5)
    const changes: Readonly<Record<string, StoredObject>> = {
      text: { ...whole, properties: { ...whole.properties, title: 'another' } },
      vector: { ...whole, vector: Float32Array.of(5, -5, 0.2) },
      reference: { ...whole, properties: { ...whole.properties, next: [{ beacon: beacon('Copy', 9) }] } },
    }
    for (const [what, changed] of Object.entries(changes)) {
      await put(store, changed)
      for (const [way, verified] of Object.entries(ways)) {
        const report = await verified(store, 'Copy')
        const found = facts(report)
        t.equal(found.length, 1, `${what}, ${way}`)
        t.strictSame(report.faults[0]?.ids, [idOf(5, EACH)], 'and its id')
        t.match(found[0], /^all ids of tenant b: .* has 20 objects as well, but others$/, `${what}, ${way}`)
      }
    }
    await put(store, whole)
    for (const verified of Object.values(ways)) t.strictSame(facts(await verified(store, 'Copy')), [])
  })
}

t.test('values that a server spells or works out its own way are the same values', async (t) => {
  const source = await TARGETS.sqlite(t)
  const properties = [
    { name: 'title', dataType: ['text'] },
    { name: 'day', dataType: ['date'] },
    { name: 'phone', dataType: ['phoneNumber'] },
    { name: 'place', dataType: ['geoCoordinates'] },
  ]
  await source.create({ ...THING, properties })
  await source.collection('Thing').write([spelled('2024-01-01T00:00:00.000Z')])
  const { files, ways } = await archivesOf(t, source)
  const store = await TARGETS['a Weaviate server'](t)
  await restore(await sourceOf(files), store, {})
  await restore(await sourceOf(files), store, { name: 'Copy' })
  for (const [way, verified] of Object.entries(ways)) {
    t.strictSame(facts(await verified(store)), [], way)
    t.strictSame(facts(await verified(store, 'Copy')), [], `${way}, under another name`)
  }
  await store.collection('Thing').write([spelled('2024-01-01T00:00:00.001Z')])
  for (const [way, verified] of Object.entries(ways)) {
    t.match(facts(await verified(store)), [/^all ids: .* has 1 object as well, but others$/], way)
  }
})

t.test('an object is looked for in its own range of ids', async (t) => {
  const store = openMemory()
  const next = { name: 'next', dataType: ['Thing'] }
  await store.create({ ...THING, properties: [...THING.properties!, next] })
  await store.collection('Thing').write(Array.from({ length: 5200 }, (_, n) => thing(n, 5200)))
  const to = `weaviate://localhost/Thing/${idOf(0, 5200)}`
  const links = [10, 5190].map((n) => ({ id: idOf(n, 5200), property: 'next', beacons: [to] }))
  await store.collection('Thing').link(links)
  const { files, ways } = await archivesOf(t, store)
  await restore(await sourceOf(files), store, { name: 'Copy' })
  for (const [way, verified] of Object.entries(ways)) {
    t.strictSame(facts(await verified(store, 'Copy')), [], way)
  }
  await store.collection('Copy').write([{ ...thing(5190, 5200), vector: Float32Array.of(1, 2, 3) }])
  for (const [way, verified] of Object.entries(ways)) {
    t.match(facts(await verified(store, 'Copy')), [/^ids after .* up to the last: .* but others$/], way)
  }
})

t.test('a range whose part is damaged is not compared, and that is said', async (t) => {
  const { files } = await linkedArchives(t)
  const store = await TARGETS.sqlite(t)
  await restore(await sourceOf(files), store, { name: 'Copy' })
  // Two workers end their parts in any order.
  const part = [...files.keys()].find((name) => name.startsWith('parts/tenant=b/'))!
  const damage: Readonly<Record<string, Files>> = {
    cut: new Map(files).set(part, files.get(part)!.subarray(0, -3)),
    gone: new Map([...files].filter(([name]) => name !== part)),
  }
  for (const [how, broken] of Object.entries(damage)) {
    for (const sample of ['1/3', '2/3', '3/3']) {
      const report = await verify(memoryStorage(broken), { ...LEVEL, sample }, against(store, 'Copy'))
      const said = facts(report).filter((fact) => fact.includes('the store could not be compared'))
      t.equal(said.length, 1, `${how}, ${sample}`)
      t.ok(said[0]?.startsWith('all ids of tenant b: ') && said[0].includes(part), `${said[0]}`)
    }
  }
})

t.test(
  'tenants that are asleep are woken and put back; one that is not there is said to be empty',
  async (t) => {
    const { files, ways } = await linkedArchives(t)
    const store = await TARGETS['a Weaviate server'](t)
    await restore(await sourceOf(files), store, {})
    await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
    const before = await store.tenantStates('Thing')
    for (const [way, verified] of Object.entries(ways)) {
      t.strictSame(facts(await verified(store)), [], way)
      t.strictSame(await store.tenantStates('Thing'), before, way)
    }
    await restore(await sourceOf(files), store, { name: 'Part', tenant: 'a,c' })
    for (const [way, verified] of Object.entries(ways)) {
      t.match(facts(await verified(store, 'Part')), [/tenant b: .* has 0 objects, the archive 20$/], way)
    }
  },
)

t.test(
  'a store that is away is tried again for as long as the options say, and each try is told',
  async (t) => {
    const { files } = await linkedArchives(t)
    const store = await TARGETS.sqlite(t)
    await restore(await sourceOf(files), store, { name: 'Copy' })
    let left = 0
    const tenantStates = async (name: string) => {
      if (left-- > 0) throw new ElysiaError('ELYSIA_UNREACHABLE', 'it is away', { retryable: true })
      return store.tenantStates(name)
    }
    const away = new Proxy<Store>(store, {
      get(of, name) {
        const value = Reflect.get(of, name)
        if (name === 'tenantStates') return tenantStates
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    const verified = async (retryForMs: number) => {
      const events: string[] = []
      const onEvent = ({ type }: RunEvent) => void events.push(type)
      const context = { ...against(away, 'Copy'), onEvent }
      const ended = await runVerify(memoryStorage(files), { ...LEVEL, retryForMs }, context)
      return { ...ended, retries: events.filter((type) => type === 'retry').length }
    }
    left = 1
    t.match(await verified(10_000), { report: { status: 'complete' }, retries: 1 })
    left = Number.POSITIVE_INFINITY
    t.match(await verified(0), {
      report: { status: 'failed' },
      error: { code: 'ELYSIA_UNREACHABLE' },
      retries: 0,
    })
  },
)

function spelled(day: string): StoredObject {
  const phone = { input: '030 1234567', defaultCountry: 'DE' }
  const properties: JsonObject = {
    ...{ title: 'thing', day, phone, place: { latitude: 52.366669, longitude: 4.9 } },
  }
  return { id: idOf(1), properties, vector: Float32Array.of(1, -1, 0.1) }
}

async function objectOf(store: Store, n: number): Promise<StoredObject> {
  const what = { properties: 'all', vectors: true, references: true } as const
  const [object] = await store.collection('Copy').readMany([idOf(n, EACH)], what, { tenant: 'b' })
  return object!
}

/** Writes an object and its references as a restore does, in two steps. */
async function put(store: Store, { properties: { next, ...properties }, ...object }: StoredObject) {
  const beacons = (next as { beacon: string }[]).map(({ beacon }) => beacon)
  await store.collection('Copy').write([{ ...object, properties }], { tenant: 'b' })
  await store.collection('Copy').link([{ id: object.id, property: 'next', beacons }], { tenant: 'b' })
}
