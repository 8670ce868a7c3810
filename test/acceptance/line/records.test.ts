// The acceptance cases 1 to 8 and 14: what a record makes of the collection, through the real command.
import { createHash } from 'node:crypto'
import t from 'tap'
import { home } from '../../bin/elysiactl.ts'
import { caller } from '../../double/dialogue/ask.ts'
import { compared } from '../../double/dialogue/dialogue.ts'
import { weaviateDouble } from '../../double/double.ts'
import { change, contents, lines, processed, stored } from '../command.ts'

const SERVICE = { repo: 'ServiceA', op: 'add', path: 'config.json', content: '{"api": "v2"}' }

t.test(
  'case 1: an add is one object, with exactly its content, under the id of repository and path',
  async (t) => {
    const place = home(t)
    t.equal((await processed(place, lines(SERVICE))).code, 0)
    const objects = await stored(place)
    t.strictSame([...objects.keys()], ['ServiceA:config.json'])
    // The id is that of docs/format.md §5, in which the collection has no part: DESIGN §4.
    t.match(objects.get('ServiceA:config.json'), {
      id: '294c0e58-458a-5fbc-aacb-4acf81552ffd',
      properties: { repository: 'ServiceA', content: '{"api": "v2"}' },
    })
  },
)

t.test('case 2: the same line twice is one object, and both runs succeed', async (t) => {
  const place = home(t)
  const first = await processed(place, lines(SERVICE))
  const before = await stored(place)
  const second = await processed(place, lines(SERVICE))
  t.match([first.code, second.code], [0, 0])
  t.match([first.report, second.report], [{ written: 1 }, { written: 0, unchanged: 1 }])
  t.strictSame(await stored(place), before)
  const sha256 = createHash('sha256').update('{"api": "v2"}').digest('hex')
  t.equal(before.get('ServiceA:config.json')?.properties.content_hash, sha256)
})

t.test('case 3: base64 is stored decoded', async (t) => {
  const place = home(t)
  const input = lines(
    change('add', 'a.py', { content_base64: 'aW1wb3J0IG9zCi4uLg==' }),
    change('add', 'b.json', { content_base64: 'ewogICJuYW1lIjogInRlc3QiCn0K' }),
  )
  t.equal((await processed(place, input)).code, 0)
  t.strictSame(await contents(place), { 'A:a.py': 'import os\n...', 'A:b.json': '{\n  "name": "test"\n}\n' })
})

t.test('case 4: content is preferred to base64, and skip_index to both, without a fault', async (t) => {
  const place = home(t)
  const both = { content: 'A', content_base64: Buffer.from('B').toString('base64') }
  const input = lines(
    change('add', 'both', both),
    change('add', 'skipped', { ...both, skip_index: true, skip_reason: 'vendor' }),
  )
  const { code, report } = await processed(place, input)
  t.equal(code, 0)
  t.match(report, { written: 1, skipped: { vendor: 1 }, rejected: {} })
  t.strictSame(await contents(place), { 'A:both': 'A' })
})

t.test('case 5: a modify to the empty text empties the file', async (t) => {
  const place = home(t)
  await processed(place, lines(change('add', 'a', { content: 'full\n' })))
  const { code, report } = await processed(place, lines(change('modify', 'a', { content: '' })))
  t.match({ code, report }, { code: 0, report: { written: 1 } })
  t.match((await stored(place)).get('A:a')?.properties, {
    content: '',
    line_count: 1,
    size_bytes: 0,
    content_hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
})

t.test(
  'case 6: content_ref is read; one that leads nowhere fails its own line, by number and path',
  async (t) => {
    const place = home(t, { root: { 'there.txt': 'from a file\n' } })
    const input = lines(
      change('add', 'a', { content_ref: 'there.txt' }),
      change('add', 'b', { content_ref: 'missing.txt' }),
      change('add', 'c', { content: 'c' }),
    )
    const { code, rejects } = await processed(place, input, ['--content-root', 'root'])
    t.equal(code, 3)
    t.match(rejects, [{ line: 2, code: 'ref_unreadable', reason: /missing\.txt/ }])
    t.equal(rejects.length, 1)
    t.strictSame(await contents(place), { 'A:a': 'from a file\n', 'A:c': 'c' })
    // No reference is followed unless a root for it was named: DESIGN §4.
    t.match((await processed(place, input)).rejects, [
      { line: 1, code: 'ref_not_allowed' },
      { line: 2, code: 'ref_not_allowed' },
    ])
  },
)

t.test('case 7: a delete removes its object only, and one of an unknown path is no fault', async (t) => {
  const place = home(t)
  const path = 'src/a.py'
  const added = ['A', 'B'].map((repo) => ({ repo, op: 'add', path, content: repo }))
  await processed(place, lines(...added))
  const { code, report } = await processed(place, lines(change('delete', path), change('delete', 'unknown')))
  t.match({ code, report }, { code: 0, report: { deleted: 1, unchanged: 1, rejected: {} } })
  t.strictSame(await contents(place), { 'B:src/a.py': 'B' })
})

t.test(
  'case 8: a renamed file is at its new path only, with its content, also when the line is replayed',
  async (t) => {
    const to = { new_path: 'src/d.py' }
    for (const [record, expected] of [
      [change('rename', 'src/a.py', to), 'old'],
      [change('rename', 'src/a.py', { ...to, content: 'new' }), 'new'],
    ] as const) {
      const place = home(t)
      await processed(place, lines(change('add', 'src/a.py', { content: 'old' })))
      t.match(await processed(place, lines(record)), { code: 0, report: { written: 1 } })
      const objects = await stored(place)
      t.strictSame([...objects.keys()], ['A:src/d.py'])
      t.match(objects.get('A:src/d.py')?.properties, {
        content: expected,
        file_name: 'd.py',
        extension: 'py',
      })
      t.match(await processed(place, lines(record)), { code: 0, report: { records: 1, rejected: {} } })
      t.strictSame(await stored(place), objects)
    }
  },
)

t.test('case 8: a rename without new_path is reported', async (t) => {
  const { code, rejects } = await processed(home(t), lines(change('rename', 'src/a.py')))
  t.match({ code, rejects }, { code: 3, rejects: [{ line: 1, code: 'missing_new_path' }] })
})

t.test(
  'case 14: metadata can be asked for, is of no account to a delete, and follows a rename',
  async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const place = home(t)
    const target = ['--target', double.target]
    const metadata = { branch: 'main', reviewers: ['x'] }
    const first = lines(
      change('add', 'a', { content: 'a', metadata }),
      change('modify', 'b', { content: 'b', metadata }),
      change('add', 'c', { content: 'c', metadata: { branch: 'other' } }),
      change('delete', 'd', { metadata }),
    )
    t.match(await processed(place, first, target), { code: 0, report: { written: 3, unchanged: 1 } })
    const { call, channel } = caller(double)
    t.teardown(() => channel.close())
    const filters = compared(1, 'metadata_pairs', { valueText: 'branch=main' })
    const message = { collection: 'SourceCode', limit: 9, filters, metadata: { uuid: true } }
    const found = async () => {
      const ids = ((await call('search', message)).results ?? []).map((one) => one.metadata?.id)
      const objects = [...(await stored(place, target)).entries()]
      return objects
        .filter(([, { id }]) => ids.includes(id))
        .map(([path]) => path)
        .sort()
    }
    t.strictSame(await found(), ['A:a', 'A:b'])
    t.equal((await processed(place, lines(change('rename', 'b', { new_path: 'e' })), target)).code, 0)
    t.strictSame(await found(), ['A:a', 'A:e'])
    const kept = (await stored(place, target)).get('A:e')?.properties.metadata
    t.strictSame(JSON.parse(String(kept)), metadata)
  },
)
