import t from 'tap'
import { fileId } from '../../lib/change/identity.ts'
import { operations } from '../../lib/change/operations.ts'
import type { VectorSet } from '../../lib/change/vectors.ts'
import type { Entry } from '../../lib/core/entry.ts'
import type { Json, JsonObject, StoredObject } from '../../lib/core/object.ts'
import { Reject } from '../../lib/core/reject.ts'
import { Index, indexOf, itemsFor } from './plainIndex.ts'
import { A, add, entryFor, floats, modify, object, objectsOf, remove, rename, TIME } from './words.ts'

t.test('an add becomes one object, its id made of repository and path', async (t) => {
  const objects = await objectsOf([add('config.json', '{"api": "v2"}')])
  t.equal(objects.length, 1)
  t.match(objects[0], {
    id: fileId(A, 'config.json'),
    properties: { repository: A, file_path: 'config.json', content: '{"api": "v2"}' },
  })
})

t.test('the same line twice is the same object twice', async (t) => {
  const line = add('config.json', '{}', { metadata: { branch: 'main' }, timestamp: TIME })
  const [one, two] = await itemsFor([line, line])
  t.strictSame((one as Entry).operation, (two as Entry).operation)
})

t.test('base64 is stored decoded; content is preferred to it', async (t) => {
  const index = await indexOf([
    { repo: A, op: 'add', path: 'a.py', content_base64: 'aW1wb3J0IG9zCi4uLg==' },
    { repo: A, op: 'add', path: 'b.py', content: 'A', content_base64: 'Qg==' },
  ])
  t.equal(index.at('a.py')?.properties.content, 'import os\n...')
  t.equal(index.at('b.py')?.properties.content, 'A')
})

t.test('skip_index writes nothing, counts as skipped and removes what was there', async (t) => {
  const records = [add('a', 'A'), modify('a', { content: 'B', skip_index: true, skip_reason: 'vendor' })]
  t.equal((await indexOf(records)).objects.size, 0)
  const entry = await entryFor(records[1] as Json)
  t.strictSame([entry.skipped, entry.operation], ['vendor', { kind: 'delete', ids: [fileId(A, 'a')] }])
})

t.test('a skipped rename removes both its paths, one of a path to itself that path once', async (t) => {
  const both = await entryFor(rename('a', 'b', { skip_index: true }))
  t.match(both, { skipped: 'skip_index', operation: { ids: [fileId(A, 'a'), fileId(A, 'b')] } })
  const same = await entryFor(rename('a', 'a', { content_base64: 'AA==' }))
  t.strictSame([same.skipped, same.operation], ['binary', { kind: 'delete', ids: [fileId(A, 'a')] }])
})

t.test('a delete is a delete, whatever content or skip it brings', async (t) => {
  const entry = await entryFor({ repo: A, op: 'delete', path: 'a', skip_index: true, content_ref: 'x' })
  t.strictSame([entry.skipped, entry.operation], [undefined, { kind: 'delete', ids: [fileId(A, 'a')] }])
})

t.test('a modify to the empty text empties the file', async (t) => {
  const index = await indexOf([add('a', 'one'), modify('a', { content: '' })])
  t.match(index.at('a')?.properties, { content: '', line_count: 1, size_bytes: 0 })
})

t.test('a delete of one repository leaves the same path of another', async (t) => {
  const objects = await objectsOf([
    { repo: 'A', op: 'add', path: 'src/a.py', content: 'a' },
    { repo: 'B', op: 'add', path: 'src/a.py', content: 'b' },
    { repo: 'A', op: 'delete', path: 'src/a.py' },
    { repo: 'A', op: 'delete', path: 'unknown' },
  ])
  t.strictSame(
    objects.map(({ properties }) => properties.repository),
    ['B'],
  )
})

t.test('add, delete, add leaves the last content; modify, delete leaves nothing', async (t) => {
  t.strictSame(await objectsOf([add('a', '1'), remove('a'), add('a', '2')]), [object('a', '2')])
  t.strictSame(await objectsOf([modify('a', { content: '1' }), remove('a')]), [])
})

t.test('metadata comes with an add and a modify, and follows a rename; a delete ignores it', async (t) => {
  const metadata = { branch: 'main' }
  const index = await indexOf([
    add('a', 'A', { metadata }),
    modify('b', { content: 'B', metadata }),
    add('c', 'C'),
    rename('c', 'd', { metadata }),
    { repo: A, op: 'delete', path: 'e', metadata },
  ])
  for (const path of ['a', 'b', 'd'])
    t.strictSame(index.at(path)?.properties.metadata_pairs, ['branch=main'], path)
})

t.test('metadata alone replaces the metadata and touches nothing else', async (t) => {
  const input = { metadata: { old: 1 }, timestamp: TIME, vectors: { title: [1] } }
  const index = await indexOf([add('a', 'A', input), modify('a', { metadata: { new: 1 } })])
  const vectors = { vectors: { title: floats(1) } }
  t.strictSame(index.at('a'), object('a', 'A', { metadata: { new: 1 }, timestamp: TIME, vectors }))
  const cleared = await indexOf([add('a', 'A', input), modify('a', { metadata: {} })])
  t.strictSame(cleared.at('a'), object('a', 'A', { timestamp: TIME, vectors }))
})

t.test('a metadata-only modify may bring a time and vectors, too', async (t) => {
  const later = '2026-01-01T00:00:00Z'
  const index = await indexOf([
    add('a', 'A', { timestamp: TIME, vector: [1] }),
    modify('a', { metadata: {}, timestamp: later, vector: [2] }),
  ])
  t.strictSame(index.at('a'), object('a', 'A', { timestamp: later, vectors: { vector: floats(2) } }))
})

t.test('of vector and vectors each replaces where it is given, and leaves the other', async (t) => {
  const input = { vector: [1], vectors: { title: [2], body: [3] } }
  const change = (brought: JsonObject) => [add('a', 'A', input), modify('a', { metadata: {}, ...brought })]
  const after = async (brought: JsonObject) => (await indexOf(change(brought))).at('a')
  const { vector, vectors } = { vector: floats(1), vectors: { title: floats(2), body: floats(3) } }
  const cases: [JsonObject, VectorSet][] = [
    [{}, { vector, vectors }],
    [{ vector: [9] }, { vector: floats(9), vectors }],
    [{ vectors: { body: [9] } }, { vector, vectors: { body: floats(9) } }],
    [{ vectors: {} }, { vector }],
    [
      { vector: null, vectors: null },
      { vector, vectors },
    ],
    [{ vector: [8], vectors: {} }, { vector: floats(8) }],
  ]
  for (const [brought, left] of cases) {
    t.strictSame(await after(brought), object('a', 'A', { vectors: left }), JSON.stringify(brought))
  }
  const renamed = await indexOf([add('a', 'A', input), rename('a', 'b', { vectors: {}, content: 'A' })])
  t.strictSame(renamed.at('b'), object('b', 'A', { vectors: { vector } }), 'of a rename as well')
  const other = await indexOf([add('a', 'A', input), rename('a', 'b', { vector: [9], content: 'B' })])
  t.strictSame(other.at('b'), object('b', 'B', { vectors: { vector: floats(9) } }), 'what is stale goes')
})

t.test('an add with vectors of no name has none, and says so by no key', async (t) => {
  const index = await indexOf([add('a', 'A', { vectors: {} })])
  t.strictSame(index.at('a'), object('a', 'A'))
  t.notOk(Object.hasOwn(index.at('a') as StoredObject, 'vectors'))
})

t.test('vectors that the store made stay no matter of the record where another one comes', async (t) => {
  const stored = (await indexOf([add('a', 'A', { vector: [1] })])).at('a') as StoredObject
  const vectorized = { ...stored, vectors: { title: floats(7) } }
  const { operation } = await entryFor(modify('a', { metadata: {}, vector: [2] }))
  const revised = operation?.kind === 'patch' && operation.revise(vectorized)
  const asAdded = object('a', 'A', { vectors: { vector: floats(2) } })
  t.strictSame(revised, { ...asAdded, vectors: { title: floats(7) } })
})

t.test('carry and revise may be called again and change nothing of what they are given', async (t) => {
  const index = await indexOf([add('a', 'A', { metadata: { x: 1 }, vector: [1] })])
  const stored = index.at('a') as StoredObject
  const before = structuredClone(stored)
  for (const record of [rename('a', 'b', { content: 'B' }), modify('a', { metadata: { y: 1 } })]) {
    const { operation } = await entryFor(record)
    const apply = () =>
      operation?.kind === 'move'
        ? operation.carry(stored, undefined)
        : operation?.kind === 'patch' && operation.revise(stored)
    t.strictSame(apply(), apply())
  }
  t.strictSame(stored, before)
})

t.test('an add without content, and a modify without content and metadata, are refused', async (t) => {
  for (const record of [
    { repo: A, op: 'add', path: 'a' },
    { repo: A, op: 'add', path: 'a', metadata: { x: 1 } },
    modify('a', {}),
    modify('a', { timestamp: TIME, vector: [1] }),
  ] as Json[]) {
    const [item] = await itemsFor([record])
    t.match(item, { code: 'no_content', line: 1, reason: /"a" without content/ })
  }
})

t.test('a file that cannot be read costs its own line only', async (t) => {
  const contentRoot = t.testdir({ 'a.md': 'text' })
  const ref = (content_ref: string): Json => ({ repo: A, op: 'add', path: content_ref, content_ref })
  const items = await itemsFor([ref('a.md'), ref('missing.md'), ref('a.md')], { contentRoot })
  t.strictSame(
    items.map((item) => item instanceof Reject),
    [false, true, false],
  )
  t.match(items[1], { code: 'ref_unreadable', line: 2, reason: /missing\.md/ })
  t.match(items[0], { heldBytes: 4 }, 'content beside the line weighs on its own')
})

t.test('a control record tells the commit and touches no object', async (t) => {
  const entry = await entryFor({ repo: A, new_changeset: { commit: '9fceb02', parent: null } })
  t.strictSame(entry, { line: 1, end: 0, text: '', changeset: { repo: A, commit: '9fceb02' } })
  t.strictSame((await entryFor({ new_changeset: { commit: 'x' } })).changeset, {
    repo: undefined,
    commit: 'x',
  })
})

t.test('tenants: one for all, or one for each repository', async (t) => {
  const records = [add('a', 'A'), rename('a', 'b'), modify('b', { metadata: {} }), remove('b')]
  for (const options of [{ tenant: 'acme' }, { tenantBy: 'repo' as const }]) {
    const tenant = options.tenant ?? A
    const items = await itemsFor(records, options)
    for (const item of items) t.equal((item as Entry).operation?.tenant, tenant)
    const index = new Index().apply(items.slice(0, 3))
    t.equal(index.at('b')?.tenant, tenant)
  }
  t.throws(() => operations({ tenant: 'a', tenantBy: 'repo' }), { code: 'ELYSIA_USAGE' })
})

t.test('repositories and vectors may have the names of things that objects inherit', async (t) => {
  const index = await indexOf([
    { repo: '__proto__', op: 'add', path: 'constructor', content: 'A', vectors: { constructor: [1] } },
    { repo: '__proto__', op: 'rename', path: 'constructor', new_path: 'toString' },
  ])
  const moved = index.at('toString')
  t.equal(moved?.properties.repository, '__proto__')
  t.strictSame(Object.keys(moved?.vectors ?? {}), ['constructor'])
})
