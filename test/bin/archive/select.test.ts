import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'
import { idOf } from '../filled.ts'

const COLLECTION = {
  class: 'MyCollection',
  vectorizer: 'none',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'content', dataType: ['text'] },
    { name: 'created_date', dataType: ['date'] },
  ],
}

const OBJECTS = Array.from({ length: 20 }, (_, n) => ({
  id: idOf(n),
  properties: { title: `title ${n}`, content: `content ${n}`, created_date: `20${10 + n}-06-01T00:00:00Z` },
}))

/** A home whose target holds the collection, and one that is empty, with what lies in the first. */
async function homes(t: Test): Promise<{ from: Home; into: Home }> {
  const from = home(t, {}, { ELYSIACTL_TARGET: 'sqlite:from.db' })
  const into: Home = home(t, {}, { ELYSIACTL_TARGET: 'sqlite:into.db' })
  const store = await openSqlite(join(from.directory, 'from.db'))
  await store.create(COLLECTION)
  await store.collection('MyCollection').write(OBJECTS)
  await store.close()
  return { from, into }
}

async function printed(at: Home, args: readonly string[]): Promise<{ id: string; properties: object }[]> {
  const { stdout } = await at.run(['col', 'cat', 'MyCollection', ...args])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

t.test(`elysiactl col backup MyCollection --filter "created_date > '2024-01-01'"`, async (t) => {
  const { from } = await homes(t)
  const line = ['col', 'backup', 'MyCollection', '--filter', "created_date > '2024-01-01'"]
  const { code, stderr } = await from.run(line)
  t.equal(code, 0, stderr)
  t.match(stderr, /objects +6, 14 left out \(the store counted 20 before, 20 after\)/)
  const listed = await from.run(['col', 'catalog', 'list'])
  t.match(listed.stdout, /where created_date > '2024-01-01'/, 'the catalog says what it holds')
  const { archives } = JSON.parse((await from.run(['col', 'catalog', 'list', '--json'])).stdout)
  t.match(archives, [{ objects: 6, holds: "where created_date > '2024-01-01'" }])
  const shown = await from.run(['col', 'catalog', 'show', archives[0].id])
  t.match(shown.stdout, /where created_date > '2024-01-01'/)
  const verified = await from.run([
    'col',
    'catalog',
    'verify',
    archives[0].id,
    '--against',
    'sqlite:from.db',
    '--level',
    'live',
  ])
  t.equal(verified.code, 0, verified.stderr)
})

t.test('elysiactl col restore backup.json --objects "id1,id2,id3"', async (t) => {
  const { from, into } = await homes(t)
  const to = join(into.directory, 'backup.json')
  t.equal((await from.run(['col', 'backup', 'MyCollection', '--to', 'one.jsonl'])).code, 0)
  writeFileSync(to, readFileSync(join(from.directory, 'one.jsonl')))
  const ids = [idOf(3), idOf(7), idOf(11)].join()
  const { code, stderr } = await into.run(['col', 'restore', 'backup.json', '--objects', ids])
  t.equal(code, 0, stderr)
  t.match(stderr, /objects +20\n +written +3\n +filtered +17/)
  t.strictSame(
    (await printed(into, [])).map(({ id }) => id),
    [idOf(3), idOf(7), idOf(11)],
  )
  const again = ['col', 'restore', 'backup.json', '--name', 'other', '--objects', `${idOf(3)},${idOf(999)}`]
  const some = await into.run(again)
  t.equal(some.code, 3, 'an id that is not there')
  t.match(some.stderr, new RegExp(`1 id of --objects has no object in Other: ${idOf(999)}`))
})

t.test('elysiactl col restore backup.json --properties "title,content"', async (t) => {
  const { into } = await homes(t)
  const objects = OBJECTS.map(({ id, properties }) => ({ id, properties, vector: [1, 2] }))
  const metadata = { version: '1.0', collection: 'MyCollection', object_count: 20, include_vectors: true }
  const document = { metadata, schema: COLLECTION, objects }
  writeFileSync(join(into.directory, 'backup.json'), JSON.stringify(document))
  const { code, stderr } = await into.run(['col', 'restore', 'backup.json', '--properties', 'title,content'])
  t.equal(code, 0, stderr)
  const [first] = await printed(into, [])
  t.strictSame(first, { id: idOf(0), properties: { content: 'content 0', title: 'title 0' }, vector: [1, 2] })
})

t.test('col cat prints what is selected, also by what it does not print', async (t) => {
  const { from } = await homes(t)
  const filter = ['--filter', "created_date < '2012-01-01' OR title LIKE '%19'"]
  t.strictSame(
    (await printed(from, [...filter, '--properties', 'title'])).map(({ properties }) => properties),
    [{ title: 'title 0' }, { title: 'title 1' }, { title: 'title 19' }],
  )
  const explained = await from.run(['col', 'cat', 'MyCollection', ...filter, '--explain'])
  t.match(
    explained.stderr,
    /scans all objects: the store has an index of ids alone.*\nfilter: 20 objects read, 3 selected/,
  )
  const some = await from.run([
    'col',
    'cat',
    'MyCollection',
    '--objects',
    `${idOf(19)},${idOf(77)},${idOf(4)}`,
  ])
  t.equal(some.code, 3)
  t.match(some.stderr, new RegExp(`1 id of --objects not found: ${idOf(77)}`))
  t.equal(some.stdout.split('\n').length, 3)
  t.equal((await printed(from, [...filter, '--limit', '2'])).length, 2)
})

t.test(
  'a filter that is none is usage, before the target is looked for, and one that does not fit as well',
  async (t) => {
    const { from } = await homes(t)
    const bomb = `${'('.repeat(20_000)}title = 'x'`
    for (const words of [
      ['col', 'backup', 'MyCollection'],
      ['col', 'cat', 'MyCollection'],
      ['col', 'restore', 'none'],
    ]) {
      for (const filter of ['title ==', bomb]) {
        const { code, stderr } = await from.run([
          ...words,
          '--target',
          'http://127.0.0.1:1',
          '--filter',
          filter,
        ])
        t.equal(code, 2, `${words.join(' ')} --filter ${filter.slice(0, 10)}: ${stderr}`)
      }
    }
    const { code, stderr } = await from.run([
      'col',
      'backup',
      'MyCollection',
      '--to',
      'x',
      '--filter',
      'titel = 1',
    ])
    t.equal(code, 2)
    t.match(stderr, /column 1: MyCollection has no property titel.*\n.*did you mean title/s)
    t.notOk(readdirSync(from.directory).includes('x'))
  },
)
