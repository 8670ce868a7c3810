// One suite over all that gives objects in order of id: stores, archives, single files.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import type { ObjectSource } from '../../../lib/archive/object/source.ts'
import { archiveObjects } from '../../../lib/archive/part/objects.ts'
import { singleObjects } from '../../../lib/archive/single/objects.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupFile } from '../../../lib/job/backup/destination.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { storeObjects } from '../../../lib/store/objects.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { objectSourceContract } from '../../contract/objectSource.ts'
import { weaviateDouble } from '../../double/double.ts'
import { THING, thing } from '../../job/backup/archived.ts'

/** Of fewer a backup makes one range. */
const MANY = 5200
const FEW = 700
const many = (count: number) => Array.from({ length: count }, (_, n) => thing(n, count))
const objects = many(FEW)
const TENANTS = ['a', 'b', 'c']
const tenanted = TENANTS.flatMap((tenant, at) =>
  Array.from({ length: 30 * (at + 1) }, (_, n): StoredObject => ({ ...thing(n, 100), tenant })),
)
const WITH_TENANTS: CollectionSchema = { ...THING, multiTenancyConfig: { enabled: true } }

async function filled<S extends Store>(store: S, own = objects): Promise<S> {
  await store.create(THING)
  await store.collection('Thing').write(own)
  return store
}

async function filledTenants<S extends Store>(store: S): Promise<S> {
  await store.create(WITH_TENANTS)
  await store.createTenants('Thing', TENANTS)
  for (const [tenant, own] of Map.groupBy(tenanted, ({ tenant }) => tenant!)) {
    const bare = own.map(({ tenant: _, ...object }): StoredObject => object)
    await store.collection('Thing').write(bare, { tenant })
  }
  return store
}

const options = { projection: { properties: 'all', vectors: true } } as const

function ofStore(t: Test, store: Store, schema = THING): ObjectSource {
  t.teardown(() => store.close())
  const ranges =
    schema === THING
      ? [{ upTo: objects[300]!.id }, { after: objects[300]!.id }]
      : TENANTS.map((tenant) => ({ tenant }))
  return storeObjects(store.collection('Thing'), schema, options, ranges)
}

/** What the tests of a case read again and again is made once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

const home = t.testdir()

function ofArchive(store: () => Promise<Store>, input: BackupOptionsInput, name = 'tenants') {
  const archive = once(async () => {
    const storage = directoryStorage(join(home, name))
    await backup(await store(), 'Thing', storage, input)
    return openArchive(storage)
  })
  return async () => archiveObjects(await archive())
}

function ofFile(store: () => Promise<Store>, input: BackupOptionsInput, name: string) {
  const written = once(async () => {
    const file = join(home, name)
    await backupFile(await store(), 'Thing', file, input)
    return file
  })
  return async (t: Test) => singleIn(t, await written())
}

async function singleIn(t: Test, file: string): Promise<ObjectSource> {
  const source = await singleObjects(() => createReadStream(file))
  t.teardown(() => source.close())
  return source
}

async function double(t: Test): Promise<Store> {
  const { http, grpc, stop } = await weaviateDouble()
  t.teardown(stop)
  return openWeaviate({ nodes: [{ http, grpc, grpcSecure: false }], target: http })
}

const memory = () => openMemory()
const sqlite = (t: Test) => openSqlite(join(t.testdir(), 'store.db'))

const open = (make: (t: Test) => Promise<ObjectSource>) => ({ open: make, objects })
const openTenants = (make: (t: Test) => Promise<ObjectSource>) => ({ open: make, objects: tenanted })

objectSourceContract(
  t,
  'a store in memory',
  open(async (t) => ofStore(t, await filled(memory()))),
)
objectSourceContract(
  t,
  'the embedded store',
  open(async (t) => ofStore(t, await filled(await sqlite(t)))),
)
objectSourceContract(
  t,
  'a server',
  open(async (t) => ofStore(t, await filled(await double(t)))),
)
objectSourceContract(
  t,
  'tenants of a store',
  openTenants(async (t) => ofStore(t, await filledTenants(memory()), WITH_TENANTS)),
)

const SMALL = 16 * 1024
const ARCHIVES: Readonly<Record<string, BackupOptionsInput>> = {
  'an archive of JSON lines': { format: 'jsonl', partSize: SMALL },
  'an archive of Parquet': { format: 'parquet', partSize: SMALL },
  'an archive of one JSON array a part': { format: 'json', compression: 'gzip', partSize: SMALL },
  'an archive partitioned by a property': { partitionBy: 'kind', partSize: SMALL },
}
for (const [name, input] of Object.entries(ARCHIVES))
  objectSourceContract(t, name, open(ofArchive(() => filled(memory()), input, name)))
objectSourceContract(t, 'an archive of several ranges', {
  open: ofArchive(() => filled(memory(), many(MANY)), {}, 'ranges'),
  objects: many(MANY),
})
objectSourceContract(t, 'an archive of tenants', openTenants(ofArchive(() => filledTenants(memory()), {})))
objectSourceContract(
  t,
  'a single file',
  open(ofFile(() => filled(memory()), { compression: 'zstd' }, 'one.jsonl')),
)
objectSourceContract(
  t,
  'a single file of tenants',
  openTenants(ofFile(() => filledTenants(memory()), {}, 'tenants.jsonl')),
)

t.test('ranges of a single file that are read in order are one reading of it', async (t) => {
  const file = join(t.testdir(), 'things.jsonl')
  await backupFile(await filledTenants(memory()), 'Thing', file, {})
  let opened = 0
  const source = await singleObjects(() => {
    opened += 1
    return createReadStream(file)
  })
  for (const range of source.ranges) for await (const _ of source.pages(range));
  t.equal(opened, 1)
  for await (const _ of source.pages({ tenant: 'a' }));
  t.equal(opened, 2, 'what has passed is read again')
  await source.close()
})

t.test('tenants without objects at the end of a single file are no further readings of it', async (t) => {
  const file = join(t.testdir(), 'things.jsonl')
  const store = await filledTenants(memory())
  await store.createTenants('Thing', ['x', 'y', 'z'])
  await backupFile(store, 'Thing', file, {})
  let opened = 0
  const source = await singleObjects(() => {
    opened += 1
    return createReadStream(file)
  })
  t.equal(source.ranges.length, 6)
  for (const range of source.ranges) for await (const _ of source.pages(range));
  t.equal(opened, 1)
  await source.close()
})

t.test('a file that is cut short is damaged, at the latest at the end of its last range', async (t) => {
  const file = join(t.testdir(), 'things.jsonl')
  await backupFile(await filledTenants(memory()), 'Thing', file, { compression: 'none' })
  const lines = (await createReadStream(file).toArray()).join('').split('\n')
  const cut = () => Readable.from([Buffer.from(lines.slice(0, -2).join('\n').concat('\n'))])
  const source = await singleObjects(cut)
  const read = async (range: ObjectSource['ranges'][number]) => {
    for await (const _ of source.pages(range));
  }
  await read(source.ranges[0]!)
  await t.rejects(read(source.ranges.at(-1)!), { code: 'ELYSIA_DAMAGED' })
  await source.close()
})

t.test('a part that is damaged is named by the range that it lies in', async (t) => {
  const storage = directoryStorage(join(t.testdir(), 'archive'))
  await backup(await filled(memory()), 'Thing', storage, { partSize: SMALL })
  const { manifest } = await openArchive(storage)
  const [first, ...others] = manifest.parts
  const parts = [{ ...first!, digest: '0'.repeat(64) }, ...others]
  const source = archiveObjects({ storage, manifest: { ...manifest, parts } })
  await t.rejects(source.pages(source.ranges[0]!).toArray(), { code: 'ELYSIA_DAMAGED', part: first!.file })
})
