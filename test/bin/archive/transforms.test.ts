import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'
import { idOf } from '../filled.ts'

const PERSON = {
  class: 'Person',
  vectorizer: 'none',
  properties: [
    { name: 'first', dataType: ['text'] },
    { name: 'last', dataType: ['text'] },
    { name: 'age', dataType: ['text'] },
    { name: 'email', dataType: ['text'] },
  ],
}

const OBJECTS = Array.from({ length: 10 }, (_, n) => ({
  id: idOf(n),
  properties: { first: `F${n}`, last: 'L', age: n === 3 ? 'unknown' : `${20 + n}`, email: `${n % 2}@x.org` },
}))

const KEY = '0123456789abcdef0123456789abcdef'

async function people(t: Test): Promise<Home> {
  const at = home(t, { key: `${KEY}\n` }, { ELYSIACTL_TARGET: 'sqlite:people.db' })
  const store = await openSqlite(join(at.directory, 'people.db'))
  await store.create(PERSON)
  await store.collection('Person').write(OBJECTS)
  await store.close()
  return at
}

async function printed(
  { run }: Home,
  name: string,
): Promise<{ id: string; properties: Record<string, string> }[]> {
  const { stdout } = await run(['col', 'cat', name])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

t.test(
  'transforms go in the order in which they stand, whatever their kind; what one cannot make is in the rejects file',
  async (t) => {
    const at = await people(t)
    await at.run(['col', 'backup', 'Person', '--to', 'all'])
    const transforms = [
      ...['--map', 'first=name', '--set', "name=name || ' ' || last", '--drop', 'last'],
      ...['--convert', 'age:int', '--where', 'age < 28', '--set', 'first=lower(name)', '--drop=email'],
    ]
    const { code, stderr } = await at.run(['col', 'restore', 'all', '--name', 'adult', ...transforms])
    t.equal(code, 3, stderr)
    t.match(stderr, /written +7\n/)
    t.match(stderr, /filtered +2\n/)
    t.match(stderr, /rejected, 1 ×: convert age:int: "unknown" is not a whole number/)
    const objects = await printed(at, 'Adult')
    t.same(objects[0]?.properties, { name: 'F0 L', age: 20, first: 'f0 l' })
    t.equal(objects.length, 7)
    const [, rejects = ''] = /rejected objects: (.*)\n/.exec(stderr) ?? []
    t.match(JSON.parse(readFileSync(rejects, 'utf8')), {
      code: 'transform_failed',
      object: { properties: { first: 'F3', last: 'L', age: 'unknown' } },
    })
    const [, next = ''] = /correct the rejected objects, then: elysiactl (.*)/.exec(stderr) ?? []
    t.match(next, /--map first=name --set "?'?name=name/)
    t.match(next, /--drop last --convert age:int --where/, 'the same transforms, in their order')
    const path = resolve(at.directory, rejects)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"unknown"', '"23"'))
    const mended = await at.run([
      ...['col', 'restore', rejects, '--name', 'adult', '--on-conflict', 'skip'],
      ...transforms,
    ])
    t.equal(mended.code, 0, mended.stderr)
    t.match((await printed(at, 'Adult'))[3]?.properties, { name: 'F3 L', age: 23, first: 'f3 l' })
  },
)

t.test('a mask needs a key, tells it nowhere, and hides what it masks', async (t) => {
  const at = await people(t)
  const line = ['col', 'backup', 'Person', '--mask', 'email', '--to', 'masked']
  const refused = await at.run(line)
  t.equal(refused.code, 2)
  t.match(refused.stderr, /mask email needs a key[\s\S]*--mask-key-file FILE/)
  const { code, stdout, stderr } = await at.run([...line, '--json', '--mask-key-file', 'key'])
  t.equal(code, 0, stderr)
  const manifest = readFileSync(join(at.directory, 'masked', 'manifest.json'), 'utf8')
  t.match(JSON.parse(manifest).manifest, { transforms: [{ name: 'mask email', sha256: /^[0-9a-f]{64}$/ }] })
  for (const text of [stdout, stderr, manifest]) t.notOk(text.includes(KEY))
  t.equal((await at.run(['col', 'restore', 'masked', '--name', 'hidden'])).code, 0)
  const emails = new Set((await printed(at, 'Hidden')).map(({ properties }) => properties.email))
  t.notOk([...emails].some((one) => one?.includes('@')))
  t.equal(emails.size, 2, 'equal values stay equal')
})

t.test('a plan is applied with the transforms that it was made with', async (t) => {
  const at = await people(t)
  await at.run(['col', 'backup', 'Person', '--to', 'all'])
  const line = [
    'col',
    'restore',
    'all',
    '--on-conflict',
    'overwrite',
    '--only-changed',
    '--set',
    'last=upper(first)',
  ]
  t.equal((await at.run([...line, '--plan', 'p.plan'])).code, 0)
  const other = await at.run(['col', 'apply', 'p.plan', '--set', 'last=lower(first)'])
  t.equal(other.code, 5)
  t.match(other.stderr, /it was made with other transforms/)
  const { code, stderr } = await at.run(['col', 'apply', 'p.plan'])
  t.equal(code, 0, stderr)
  t.match((await printed(at, 'Person'))[4]?.properties, { last: 'F4' })
})

t.test('an increment of a transformed archive is found by its transforms', async (t) => {
  const at = await people(t)
  const line = ['col', 'backup', 'Person', '--drop', 'email', '--since', 'last']
  t.match((await at.run(line)).stderr, /no base|full archive/i)
  const second = await at.run(line)
  t.equal(second.code, 0, second.stderr)
  t.match(second.stderr, /changed +0 new or changed, 0 gone/)
  const plain = await at.run(['col', 'backup', 'Person', '--since', 'last'])
  t.notMatch(plain.stderr, /changed +0/, 'another list is another chain')
})
