import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { drain, IDS, idAt, plain } from '../../contract/store/world.ts'

/** The tables as the first version made them. */
const FORMAT_1 = `
  CREATE TABLE collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    schema TEXT NOT NULL
  );
  CREATE TABLE tenants (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    name TEXT NOT NULL,
    UNIQUE (collection, name)
  );
  CREATE TABLE widths (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    tenant INTEGER NOT NULL,
    vector TEXT NOT NULL,
    width INTEGER NOT NULL,
    PRIMARY KEY (collection, tenant, vector)
  ) WITHOUT ROWID;
  PRAGMA application_id = 1701607795;
  PRAGMA user_version = 1;
`
const objects = (number: number) => `
  CREATE TABLE objects_${number} (
    number INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    id BLOB NOT NULL,
    hash TEXT,
    properties TEXT NOT NULL,
    vector BLOB,
    vectors BLOB,
    UNIQUE (tenant, id)
  )`

const BEACON = `weaviate://localhost/Docs/${idAt(9)}`
const DOCS = {
  class: 'Docs',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'size', dataType: ['int'] },
    { name: 'cites', dataType: ['Docs'] },
  ],
}
const PLACES = { class: 'Places', multiTenancyConfig: { enabled: true }, properties: DOCS.properties }

const title = (n: number) => ({ title: `title ${n}`, size: n })

/** A file of format 1 with two collections, one with a tenant. */
function oldFile(t: Test, schema = JSON.stringify(DOCS)): string {
  const path = join(t.testdir(), 'old.db')
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(`${FORMAT_1} ${objects(1)}; ${objects(2)};`)
  const insert = database.prepare('INSERT INTO collections (name, schema) VALUES (?, ?)')
  insert.run('Docs', schema)
  insert.run('Places', JSON.stringify(PLACES))
  database.prepare('INSERT INTO tenants (collection, name) VALUES (2, ?)').run('one')
  const put = (number: number, tenant: number, n: number, properties: object) =>
    database
      .prepare(
        `INSERT INTO objects_${number} (tenant, id, properties, vector) VALUES (?, unhex(?, '-'), ?, ?)`,
      )
      .run(tenant, idAt(n), JSON.stringify(properties), Buffer.from(new Float32Array([1, n]).buffer))
  put(1, 0, 1, title(1))
  put(1, 0, 2, { ...title(2), cites: [{ beacon: BEACON }, { beacon: BEACON }] })
  put(1, 0, 3, { ...title(3), cites: null })
  put(2, 1, 4, title(4))
  database.close()
  return path
}

t.test('the file of an older version is brought to this one, and keeps what it holds', async (t) => {
  const path = oldFile(t)
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  t.equal(store.database.pragma('user_version', { simple: true }), 2)
  t.equal(store.database.pragma('integrity_check', { simple: true }), 'ok')
  const docs = store.collection('Docs')
  const what = { properties: 'all', vectors: true, references: true, times: true } as const
  const cites = [{ beacon: BEACON }, { beacon: BEACON }]
  const vector = (n: number) => ({ vector: new Float32Array([1, n]) })
  const expected = [
    { id: idAt(1), properties: title(1), ...vector(1) },
    { id: idAt(2), properties: { ...title(2), cites }, ...vector(2) },
    { id: idAt(3), properties: title(3), ...vector(3) },
  ].sort((a, b) => (a.id < b.id ? -1 : 1))
  const read = await drain(docs.read(what))
  t.same(read.map(plain), expected.map(plain), 'references among the properties become references')
  t.notOk(
    read.some((object) => 'createdMs' in object || 'updatedMs' in object),
    'when they were made is not known',
  )
  const without = await drain(docs.read({ properties: 'all', vectors: false }))
  t.notOk(without.some(({ properties }) => 'cites' in properties))
  t.same(await store.tenantStates('Places'), [{ name: 'one', state: 'active' }])
  t.equal(await store.collection('Places').count({ tenant: 'one' }), 1)
})

t.test('a file that was brought to this version works like a new one', async (t) => {
  const path = oldFile(t)
  await (await openSqlite(path)).close()
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  const docs = store.collection('Docs')
  t.match(await docs.write([{ id: idAt(1), properties: title(7) }]), [{ ok: true }])
  t.match(await docs.link([{ id: idAt(1), property: 'cites', beacons: [BEACON] }]), [{ ok: true }])
  const [one] = await docs.readMany([idAt(1)], { ...IDS, references: true, times: true })
  t.same(one?.properties, { cites: [{ beacon: BEACON }] })
  t.ok(Date.now() - one!.updatedMs! < 60_000, 'a write says when')
  t.notOk('createdMs' in one!, 'and not when it was made')
  await store.createAlias({ alias: 'Papers', collection: 'Docs' })
  t.same(await store.aliases(), [{ alias: 'Papers', collection: 'Docs' }])
  await store.setTenantStates('Places', [{ name: 'one', state: 'offloaded' }])
  t.same(await store.tenantStates('Places'), [{ name: 'one', state: 'offloaded' }])
  await store.create({ class: 'New', properties: DOCS.properties })
  t.match(await store.collection('New').write([{ id: idAt(1), properties: title(1) }]), [{ ok: true }])
})

t.test('a file that cannot be brought to this version is left as it was', async (t) => {
  const path = oldFile(t, '{ no JSON')
  await t.rejects(openSqlite(path))
  const database = new Database(path)
  t.teardown(() => database.close())
  t.equal(database.pragma('user_version', { simple: true }), 1)
  const columns = database.pragma('table_info(tenants)') as { name: string }[]
  t.same(
    columns.map(({ name }) => name),
    ['number', 'collection', 'name'],
  )
  t.notOk(database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'aliases'").get())
})
