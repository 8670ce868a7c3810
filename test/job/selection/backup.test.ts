import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import type { ObjectSource } from '../../../lib/archive/object/source.ts'
import { archiveObjects } from '../../../lib/archive/part/objects.ts'
import { readSingle } from '../../../lib/archive/single/read.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { coverageText } from '../../../lib/catalog/retention/coverage.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../../lib/job/backup/options.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { on, onObjects } from '../../run/listening.ts'
import { runs, tried } from '../../runs.ts'
import { conditions, DOC, objects } from '../../transform/filter/conditions.ts'
import { idOf, THING, thing, things } from '../backup/archived.ts'

const SMALL = { partSize: 4096, compression: 'none' } as const

async function read(files: Files): Promise<StoredObject[]> {
  return all(archiveObjects(await openArchive(memoryStorage(files))))
}

async function all(source: ObjectSource): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  for (const range of source.ranges) for await (const page of source.pages(range)) found.push(...page)
  return found
}

async function kept(store: Store, options: BackupOptionsInput) {
  const files: Files = new Map()
  const { report, manifest } = await backup(store, 'Thing', memoryStorage(files), { ...SMALL, ...options })
  return { files, report, manifest, objects: await read(files) }
}

t.test('an archive holds the objects that a filter selects, and counts those that it left out', async (t) => {
  const law = fc.asyncProperty(
    conditions,
    fc.array(objects, { minLength: 1, maxLength: 30 }),
    async (one, some) => {
      const distinct = [...new Map(some.map((object) => [object.id, object])).values()]
      const store = openMemory()
      await store.create(DOC)
      await store.collection('Doc').write(distinct)
      const wanted = distinct.filter((object) => one.holds(object) === true).map(({ id }) => id)
      const files: Files = new Map()
      const options = { filter: one.text, allowEmpty: true, compression: 'none' } as const
      const { manifest } = await backup(store, 'Doc', memoryStorage(files), options)
      const ids = (await read(files)).map(({ id }) => id)
      if (JSON.stringify(ids) !== JSON.stringify(wanted.sort()))
        throw new Error(`${one.text}: ${ids}, not ${wanted}`)
      const { before, written, filtered } = manifest.counts
      if (filtered === undefined || before !== written + filtered) throw new Error('counts do not add up')
    },
  )
  await fc.assert(law, tried(runs(30)))
  t.pass()
})

t.test(
  'a filtered archive says so, is verified against its store, and is partial wherever it is listed',
  async (t) => {
    const store = await things(400)
    const { files, manifest } = await kept(store, { filter: 'count >= 100 AND count < 150', workers: 3 })
    t.strictSame(manifest.selection, { filter: 'count >= 100 AND count < 150' })
    t.match(manifest.counts, { before: 400, after: 400, written: 50, filtered: 350 })
    t.match(manifest.consistency, /agree/)
    const live = { level: 'live', against: { store } } as const
    t.equal((await verify(memoryStorage(files), { level: 'records' })).faults.length, 0)
    t.equal((await verify(memoryStorage(files), { level: 'live' }, live)).faults.length, 0)
    await store
      .collection('Thing')
      .write([{ ...thing(300, 400), properties: { count: 300, title: 'other' } }])
    t.equal(
      (await verify(memoryStorage(files), { level: 'live' }, live)).faults.length,
      0,
      'what it never held',
    )
    await store.collection('Thing').remove([idOf(120, 400)])
    t.not((await verify(memoryStorage(files), { level: 'live' }, live)).faults.length, 0)
    t.equal(
      coverageText({ objects: true, vectors: true, selection: 'where count >= 100' }),
      'where count >= 100',
    )
  },
)

t.test('a filter that selects nothing is no backup, unless that is allowed', async (t) => {
  const store = await things(10)
  await t.rejects(backup(store, 'Thing', memoryStorage(), { filter: 'count > 1000' }), {
    code: 'ELYSIA_INCOMPLETE',
    message: /no object of Thing is selected by count > 1000/,
    hint: /--allow-empty/,
  })
  const { manifest } = await kept(store, { filter: 'count > 1000', allowEmpty: true })
  t.match(manifest.counts, { written: 0, filtered: 10 })
})

t.test('a filter that does not fit is refused before anything is made', async (t) => {
  const files: Files = new Map()
  const refused = backup(await things(3), 'Thing', memoryStorage(files), { filter: "titel = 'x'" })
  await t.rejects(refused, { code: 'ELYSIA_USAGE', hint: /did you mean title/ })
  t.equal(files.size, 0)
})

t.test('objects by their ids: those that are there, and the others are named', async (t) => {
  const store = await things(400)
  const ids = [idOf(7, 400), idOf(399, 400).toUpperCase(), idOf(5000, 10_000)]
  const files: Files = new Map()
  const said: unknown[] = []
  const { report, manifest } = await backup(
    store,
    'Thing',
    memoryStorage(files),
    { objects: ids.join(', '), workers: 4 },
    { onEvent: on('objects_not_found', (event) => said.push(event)) },
  )
  t.strictSame(
    (await read(files)).map(({ id }) => id),
    [idOf(7, 400), idOf(399, 400)],
  )
  t.equal(report.not_found, 1)
  t.match(said, [{ objects: 1, ids: [idOf(5000, 10_000)] }])
  t.strictSame(manifest.selection?.objects, ids.map((id) => id.toLowerCase()).sort())
  const live = { against: { store } }
  t.equal((await verify(memoryStorage(files), { level: 'live' }, live)).faults.length, 0)
  await t.rejects(kept(store, { objects: idOf(5000, 10_000) }), { message: /has none of these objects/ })
})

t.test('ids are read from a file, one a line, and what is none is refused', async (t) => {
  const directory = t.testdir({ ids: `${idOf(1, 400)}\r\n\n${idOf(2, 400)}`, wrong: 'seven\n' })
  const store = await things(400)
  t.equal((await kept(store, { objects: `@${directory}/ids` })).report.objects, 2)
  const usage = { code: 'ELYSIA_USAGE' }
  await t.rejects(kept(store, { objects: `@${directory}/wrong` }), {
    ...usage,
    message: /"seven" is not a UUID/,
  })
  await t.rejects(kept(store, { objects: ' , ' }), { ...usage, message: /names no object/ })
  await t.rejects(kept(store, { objects: `@${directory}/none` }), { code: 'ELYSIA_INPUT_MISSING' })
})

t.test('only some properties are kept, vectors as they are, whatever the filter looks at', async (t) => {
  const store = await things(20)
  const { objects, manifest } = await kept(store, { properties: 'title', filter: 'count = 7' })
  const [{ createdMs: _c, updatedMs: _u, ...seven }] = objects as [StoredObject]
  t.strictSame(seven, { ...thing(7, 20), properties: { title: 'thing 7' } })
  t.strictSame(manifest.schema.properties, THING.properties, 'the class stays whole')
  const live = { against: { store } }
  const { files } = await kept(store, { properties: 'kind,title' })
  t.equal((await verify(memoryStorage(files), { level: 'live' }, live)).faults.length, 0)
  await t.rejects(kept(store, { properties: 'titel' }), { code: 'ELYSIA_USAGE', hint: /title/ })
  const parted = await kept(store, { properties: 'title', partitionBy: 'kind' })
  t.strictSame(parted.manifest.selection?.properties, ['kind', 'title'], 'what it is partitioned by as well')
})

t.test('a single file is filtered alike', async (t) => {
  const out = new PassThrough()
  const bytes = buffer(out)
  const options = { filter: 'count % = 0' }
  await t.rejects(
    backupSingle(await things(5), 'Thing', { stream: new PassThrough(), location: '-' }, options),
  )
  const { manifest } = await backupSingle(
    await things(50),
    'Thing',
    { stream: out, location: '-' },
    { filter: "kind = 'red'", properties: 'kind' },
  )
  t.match(manifest.counts, { before: 50, written: 17, filtered: 33 })
  const { pages, plan } = await readSingle(Readable.from([await bytes]))
  const found: StoredObject[] = []
  for await (const page of pages) found.push(...page)
  t.equal(found.length, 17)
  t.strictSame(plan.selection, { filter: "kind = 'red'", properties: ['kind'] })
})

/** What a backup leaves that was stopped half way. */
async function interrupted(store: Store, options: BackupOptionsInput): Promise<Files> {
  const files: Files = new Map()
  const stop = new AbortController()
  const context = {
    stop: stop.signal,
    onEvent: onObjects((objects) => {
      if (objects > 300) stop.abort(new Error('stopped'))
    }),
  }
  await backup(store, 'Thing', memoryStorage(files), { ...SMALL, ...options }, context).catch(() => {})
  return files
}

t.test(
  'a filtered backup that was interrupted is finished with the same selection alone, and adds up',
  async (t) => {
    const store = await things(1000)
    const selections: BackupOptionsInput[] = [
      { filter: "kind = 'red'" },
      { filter: 'count >= 900' },
      { filter: 'count < 40' },
      { properties: 'title' },
    ]
    for (const selection of selections) {
      const files = await interrupted(store, selection)
      t.notOk(files.has('manifest.json'), 'it was interrupted')
      const resume = (options: BackupOptionsInput) =>
        backup(store, 'Thing', memoryStorage(files), { ...SMALL, ...options }, { resume: true })
      const [flag = ''] = Object.keys(selection)
      await t.rejects(resume({}), { code: 'ELYSIA_CONFLICT', message: new RegExp(`another --${flag}`) })
      const { manifest } = await resume(selection)
      const whole = await kept(store, selection)
      t.equal(manifest.totals.digest, whole.manifest.totals.digest, JSON.stringify(selection))
      t.strictSame(manifest.counts, whole.manifest.counts)
    }
    const ids = Array.from({ length: 600 }, (_, n) => idOf(n, 1000)).join()
    const files = await interrupted(store, { objects: ids })
    const { report } = await backup(
      store,
      'Thing',
      memoryStorage(files),
      { ...SMALL, objects: ids },
      { resume: true },
    )
    t.match(report, { objects: 600, not_found: 0 }, 'ids of parts that were kept are not missing')
  },
)

t.test('tenants that are not active are filtered alike, and put back', async (t) => {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b', 'c'])
  for (const tenant of ['a', 'b']) {
    const own = Array.from({ length: 30 }, (_, n) => thing(n, 30))
    await store.collection('Thing').write(own, { tenant })
  }
  await store.setTenantStates('Thing', [
    { name: 'b', state: 'inactive' },
    { name: 'c', state: 'inactive' },
  ])
  const { manifest, objects } = await kept(store, { filter: "tenant = 'b' AND count < 10 OR count = 29" })
  t.match(manifest.counts, { before: 60, after: 60, written: 12, filtered: 48 })
  t.strictSame(
    objects.map(({ tenant }) => tenant),
    ['a', ...Array(11).fill('b')],
  )
  t.strictSame(
    (await store.tenantStates('Thing')).map(({ state }) => state),
    ['active', 'inactive', 'inactive'],
  )
})
