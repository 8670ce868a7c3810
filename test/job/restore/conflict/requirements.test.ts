// What is refused before the first write, because the class that is there would lose something, or lacks it.
import t, { type Test } from 'tap'
import { memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { RestoreOptionsInput } from '../../../../lib/job/restore/options.ts'
import { runRestore } from '../../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { archiveOf, THING, thing, things } from '../../backup/archived.ts'
import { directory } from '../../targets.ts'
import { objectsOf, sourceOf } from '../restored.ts'

interface Refusal {
  readonly schema?: CollectionSchema
  readonly options: RestoreOptionsInput
  readonly files?: Map<string, Buffer>
  readonly error: { readonly code: string; readonly message: RegExp }
}

async function isRefused(t: Test, { schema = THING, options, files, error }: Refusal): Promise<void> {
  const store = openMemory()
  await store.create(schema)
  const { properties, vector, id } = thing(0)
  const own = (schema.properties ?? []).map(({ name }) => name)
  const some = Object.fromEntries(Object.entries(properties).filter(([name]) => own.includes(name)))
  await store
    .collection('Thing')
    .write([{ id, properties: some, ...(schema === THING && { vector: vector! }) }])
  const before = await objectsOf(store, 'Thing')
  const source = await sourceOf(files ?? (await archiveOf(3)))
  await t.rejects(runRestore(source, store, options, { undoDirectory: directory(t) }), error)
  t.same(await objectsOf(store, 'Thing'), before)
}

const properties = THING.properties!
const without = (name: string) => properties.filter((property) => property.name !== name)
const CONFLICT = 'ELYSIA_CONFLICT'

t.test('a class that lacks what the archive has is refused, with all that it lacks', async (t) => {
  const schema = {
    ...THING,
    vectorIndexType: '',
    properties: [
      ...without('count').filter(({ name }) => name !== 'kind'),
      { name: 'kind', dataType: ['int'] },
    ],
  }
  const message =
    /it has no property count \(int\); kind is int there, not text; it has no vector without a name/
  for (const onConflict of ['skip', 'overwrite', 'merge', 'replace'] as const)
    await isRefused(t, { schema, options: { onConflict }, error: { code: CONFLICT, message } })
  const tenants = { ...THING, multiTenancyConfig: { enabled: true } }
  const store = openMemory()
  await store.create(tenants)
  const restoring = runRestore(
    await sourceOf(await archiveOf(3)),
    store,
    { onConflict: 'skip' },
    { undoDirectory: directory(t) },
  )
  await t.rejects(restoring, { code: CONFLICT, message: /it has tenants, and the objects have none/ })
})

t.test('an archive that holds less of each object does not replace whole ones', async (t) => {
  const files = new Map()
  await backup(await things(3), 'Thing', memoryStorage(files), { vectors: false })
  for (const onConflict of ['overwrite', 'replace'] as const) {
    const error = { code: CONFLICT, message: /the vectors of its objects lost/ }
    await isRefused(t, { options: { onConflict }, files, error })
    const options = { onConflict, properties: 'title' }
    const message =
      onConflict === 'overwrite' ? /the other properties of its objects lost: Thing gets title/ : /lost/
    await isRefused(t, { options, error: { code: CONFLICT, message } })
  }
})

t.test('a merge into a class with a vectorizer has to be told whose vectors count', async (t) => {
  const schema = { ...THING, vectorizer: 'text2vec-x' }
  const error = { code: 'ELYSIA_USAGE', message: /has the vectorizer text2vec-x/ }
  await isRefused(t, { schema, options: { onConflict: 'merge' }, error })
})

t.test('a merge into a class with references needs its undo', async (t) => {
  const schema = { ...THING, properties: [...properties, { name: 'next', dataType: ['Thing'] }] }
  const error = { code: 'ELYSIA_USAGE', message: /needs its undo/ }
  await isRefused(t, { schema, options: { onConflict: 'merge', undo: false }, error })
})
