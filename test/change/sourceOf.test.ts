// The object of a file, told from one that was changed on its way into the store.
import t from 'tap'
import { fileObject } from '../../lib/change/layout.ts'
import { sourceOf } from '../../lib/change/sourceOf.ts'
import type { StoredObject } from '../../lib/core/object.ts'

const file = fileObject({
  repo: 'r',
  path: 'src/a.ts',
  text: 'const a = 1\n',
  metadata: { n: 9007199254740993n, tags: ['x'], author: 'me' },
  timestamp: '2024-01-31T12:00:00Z',
  vectors: { vector: Float32Array.of(1, 2), vectors: { a: Float32Array.of(3) } },
})
const isHash = (hash: string) => hash === file.properties.record_hash
const changed = (change: object, more: Partial<StoredObject> = {}): StoredObject => ({
  ...file,
  properties: { ...file.properties, record_hash: 'another', ...change },
  ...more,
})

t.test('whatever was added, renamed or dropped beside what its hash is over', async (t) => {
  t.strictSame(sourceOf(changed({}), isHash), file)
  const renamed = changed({
    content: null,
    body: file.properties.content!,
    kind: 'x',
    line_count: 7,
    metadata_pairs: null,
  })
  t.strictSame(sourceOf(renamed, isHash), file)
  const { content: _, size_bytes: __, line_count: ___, ...rest } = file.properties
  t.strictSame(
    sourceOf(changed({ content: 'CONST A = 1' }), isHash),
    { ...file, properties: rest },
    'without content',
  )
})

t.test('undefined where that has changed', async (t) => {
  for (const change of [
    { metadata: null },
    { last_modified: '2024' },
    { content_hash: '0' },
    { repository: null },
    { file_path: 7 },
  ])
    t.equal(sourceOf(changed(change), isHash), undefined, Object.keys(change).join())
  t.equal(sourceOf(changed({}, { vector: Float32Array.of(1, 3) }), isHash), undefined)
})
