import t from 'tap'
import { indexOf } from './plainIndex.ts'
import { add, entryFor, floats, modify, object, objectsOf, rename, TIME } from './words.ts'

t.test('a rename moves content, metadata, time and vectors under the new name and id', async (t) => {
  const more = { metadata: { branch: 'main' }, timestamp: TIME, vector: [1, 2] }
  const objects = await objectsOf([add('src/a.py', 'A', more), rename('src/a.py', 'src/d.ts')])
  const expected = object('src/d.ts', 'A', {
    metadata: { branch: 'main' },
    timestamp: TIME,
    vectors: { vector: floats(1, 2) },
  })
  t.strictSame(objects, [expected], 'just as if it had been added there')
})

t.test('a rename with content stores that; the same line again changes nothing', async (t) => {
  const line = rename('src/a.py', 'src/d.py', { content: 'B' })
  const once = await objectsOf([add('src/a.py', 'A'), line])
  t.strictSame(once, [object('src/d.py', 'B')])
  t.strictSame(await objectsOf([add('src/a.py', 'A'), line, line]), once)
})

t.test('a rename brings what it brings, and keeps what it does not', async (t) => {
  const input = { metadata: { old: true }, timestamp: TIME, vector: [1] }
  const index = await indexOf([add('a', 'A', input), rename('a', 'b', { metadata: { new: true } })])
  t.strictSame(
    index.at('b'),
    object('b', 'A', { metadata: { new: true }, timestamp: TIME, vectors: { vector: floats(1) } }),
  )
  const later = '2026-01-01T00:00:00Z'
  const timed = await indexOf([add('a', 'A', input), rename('a', 'b', { timestamp: later })])
  t.match(timed.at('b')?.properties, { last_modified: later, metadata: '{"old":true}' })
})

t.test('new content makes stored vectors stale, the same content does not', async (t) => {
  const first = add('a', 'A', { vector: [1], vectors: { title: [2], tokens: [[1], [2]] } })
  const same = (await indexOf([first, rename('a', 'b', { content: 'A' })])).at('b')
  t.strictSame(same?.vector, floats(1))
  t.strictSame(same?.vectors, { title: floats(2), tokens: [floats(1), floats(2)] })
  const other = (await indexOf([first, rename('a', 'b', { content: 'B' })])).at('b')
  t.strictSame(other, object('b', 'B'), 'nothing is left of them')
  const brought = (await indexOf([first, rename('a', 'b', { content: 'B', vector: [3] })])).at('b')
  t.strictSame(
    brought,
    object('b', 'B', { vectors: { vector: floats(3) } }),
    'unless the record brings its own',
  )
})

t.test('vectors that the store made travel, and are no part of what the record determines', async (t) => {
  const embedded = { ...object('a', 'A'), vector: floats(7, 8) }
  const { operation } = await entryFor(rename('a', 'b'))
  const moved = operation?.kind === 'move' ? operation.carry(embedded, undefined) : undefined
  t.strictSame(moved, { ...object('b', 'A'), vector: floats(7, 8) })
  const patch = (await entryFor(modify('a', { metadata: { x: 1 } }))).operation
  const patched = patch?.kind === 'patch' ? patch.revise(embedded) : undefined
  t.strictSame(patched, { ...object('a', 'A', { metadata: { x: 1 } }), vector: floats(7, 8) })
})

t.test('a rename of an unknown path makes an object of its content, and none without', async (t) => {
  t.strictSame(await objectsOf([rename('a', 'b', { content: 'B', metadata: { x: 1 } })]), [
    object('b', 'B', { metadata: { x: 1 } }),
  ])
  const { operation } = await entryFor(rename('a', 'b', { metadata: { x: 1 } }))
  t.equal(operation?.kind === 'move' && operation.carry(undefined, undefined), undefined)
})

t.test('properties that others added to an object survive a rename and a patch', async (t) => {
  const stored = object('a', 'A')
  const foreign = { ...stored, properties: { ...stored.properties, team: 'search' } }
  const { operation } = await entryFor(rename('a', 'b', { metadata: { x: 1 } }))
  const moved = operation?.kind === 'move' ? operation.carry(foreign, undefined) : undefined
  t.equal(moved?.properties.team, 'search')
})

t.test('a rename of a path to itself changes nothing; what else it brings is a modify', async (t) => {
  const nothing = { kind: 'delete', ids: [] }
  t.strictSame((await entryFor(rename('a', 'a'))).operation, nothing)
  t.strictSame((await entryFor(rename('a', 'a', { timestamp: TIME }))).operation, nothing)
  t.equal((await entryFor(rename('a', 'a', { metadata: {} }))).operation?.kind, 'patch')
  t.equal((await entryFor(rename('a', 'a', { content: 'B' }))).operation?.kind, 'put')
})

t.test('renames in a chain, and two that trade places through a third', async (t) => {
  const index = await indexOf([
    add('a', 'A'),
    add('b', 'B'),
    rename('a', 'tmp'),
    rename('b', 'a'),
    rename('tmp', 'b'),
  ])
  t.equal(index.at('a')?.properties.content, 'B')
  t.equal(index.at('b')?.properties.content, 'A')
  t.equal(index.objects.size, 2)
})
