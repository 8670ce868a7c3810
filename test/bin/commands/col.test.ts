import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { shortestFloat32 } from '../../../lib/archive/object/text.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { adds, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const FLOATS = Float32Array.of(0.1, -1.5, 3e-45, 16777216)

function objects(count: number, tenant?: string): StoredObject[] {
  return Array.from({ length: count }, (_, at) => ({
    id: idOf(at),
    properties: { path: `p${at}`, text: 'x'.repeat(1000) },
    ...(tenant !== undefined && { tenant }),
  }))
}

function parsed(stdout: string): { id: string; tenant?: string; properties: object }[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

t.test('ls names the collections and counts their objects', async (t) => {
  const at = home(t)
  await filled(at, 'Zoo', objects(2))
  await filled(at, 'Ark', [...objects(1, 'noah'), ...objects(1, 'sem')])
  const { code, stdout } = await at.run(['col', 'ls', ...STORE])
  t.equal(code, 0)
  t.match(stdout, /^NAME +OBJECTS +TENANTS\nArk +2 +2\nZoo +2\n$/)
  const listed = JSON.parse((await at.run(['col', 'ls', '--json', ...STORE])).stdout) as object
  t.match(listed, {
    collections: [
      { name: 'Ark', objects: 2, tenants: 2 },
      { name: 'Zoo', objects: 2 },
    ],
  })
})

t.test('show tells of one collection by either of its names, and --json gives its schema', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', [...objects(2, 'a'), ...objects(1, 'b')])
  const { code, stdout } = await at.run(['col', 'show', 'source-code', ...STORE])
  t.equal(code, 0)
  t.match(stdout, /^SourceCode\n/)
  t.match(stdout, /objects: 3 in 2 tenants\n.*\na +2\nb +1\n/)
  t.match(stdout, /\npath +text +filter, search\n/)
  const schema = JSON.parse(
    (await at.run(['col', 'show', 'SourceCode', '--json', ...STORE])).stdout,
  ) as object
  t.match(schema, { class: 'SourceCode', properties: [{ name: 'path' }, { name: 'text' }] })
})

t.test('a collection that is not there is exit 10, and the nearest one is named', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', [])
  for (const verb of [['show'], ['cat'], ['rm', '--yes']]) {
    const { code, stderr } = await at.run(['col', ...verb, 'source-cod', ...STORE])
    t.equal(code, 10, verb.join(' '))
    t.match(stderr, 'did you mean SourceCode?')
  }
  t.equal((await at.run(['col', 'cat', ...STORE])).code, 2)
  t.equal((await at.run(['col', 'show', 'a', 'b', ...STORE])).code, 2)
})

t.test('cat prints objects as JSON lines in order of id, vectors as the shortest floats', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', objects(1200).reverse())
  const all = parsed((await at.run(['col', 'cat', 'SourceCode', ...STORE])).stdout)
  t.same(
    all.map(({ id }) => id),
    Array.from({ length: 1200 }, (_, n) => idOf(n)),
  )
  const two = await at.run(['col', 'cat', 'source-code', '--limit', '2', '--properties', 'path', ...STORE])
  t.equal(
    two.stdout,
    `{"id":"${idOf(0)}","properties":{"path":"p0"}}\n{"id":"${idOf(1)}","properties":{"path":"p1"}}\n`,
  )
  t.equal((await at.run(['col', 'cat', 'source-code', '--limit', '0', ...STORE])).stdout, '')
  t.match(await at.run(['col', 'cat', 'source-code', '--properties', 'pat', ...STORE]), {
    code: 2,
    stderr: /did you mean path/,
  })
  t.equal((await at.run(['col', 'cat', 'source-code', '--tenant', 'a', ...STORE])).code, 2)

  await filled(at, 'Vectors', [{ id: idOf(1), properties: {}, vector: FLOATS }])
  const { stdout } = await at.run(['col', 'cat', 'Vectors', ...STORE])
  t.equal(stdout, `{"id":"${idOf(1)}","properties":{},"vector":[0.1,-1.5,3e-45,16777216]}\n`)
  const bare = await at.run(['col', 'cat', 'Vectors', '--no-vectors', ...STORE])
  t.equal(bare.stdout, `{"id":"${idOf(1)}","properties":{}}\n`)
})

t.test('any 32-bit float is printed so that it reads back as itself', (t) => {
  const same = (float: number) => Object.is(Math.fround(JSON.parse(shortestFloat32(float)) as number), float)
  fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), same), { numRuns: 5000 })
  t.equal(shortestFloat32(Math.fround(0.3)), '0.3')
  t.end()
})

t.test('cat prints references, those of --properties alone, and its lines can be restored', async (t) => {
  const at = home(t)
  const store = await openSqlite(join(at.directory, 'filled.db'))
  const properties = [
    { name: 'path', dataType: ['text'] },
    { name: 'size', dataType: ['int'] },
  ]
  await store.create({ class: 'Linked', vectorizer: 'none', properties })
  await store.addProperty('Linked', { name: 'next', dataType: ['Linked'] })
  const linked = store.collection('Linked')
  await linked.write(
    [0, 1].map((n) => ({ id: idOf(n), properties: { path: `p${n}`, size: 2n ** 60n + 1n } })),
  )
  const beacon = `weaviate://localhost/Linked/${idOf(1)}`
  await linked.link([{ id: idOf(0), property: 'next', beacons: [beacon] }])
  await store.close()
  const { stdout } = await at.run(['col', 'cat', 'Linked', ...STORE])
  const line = `{"id":"${idOf(0)}","properties":{"next":[{"beacon":"${beacon}"}],"path":"p0","size":1152921504606846977}}`
  t.equal(stdout.split('\n')[0], line)
  const first = async (names: string) =>
    parsed((await at.run(['col', 'cat', 'Linked', '--properties', names, ...STORE])).stdout)[0]!.properties
  t.strictSame(await first('path'), { path: 'p0' })
  t.strictSame(await first('next'), { next: [{ beacon }] })
  writeFileSync(join(at.directory, 'lines.jsonl'), stdout)
  const other = ['--target', 'sqlite:other.db']
  t.equal((await at.run(['col', 'restore', 'lines.jsonl', '--name', 'Linked', ...other])).code, 0)
  t.equal((await at.run(['col', 'cat', 'Linked', ...other])).stdout, stdout)
})

t.test('cat goes through all tenants in turn, or through the one that is named', async (t) => {
  const at = home(t)
  await filled(at, 'Ark', [...objects(2, 'sem'), ...objects(1, 'noah')])
  const tenants = async (...flags: string[]) =>
    parsed((await at.run(['col', 'cat', 'Ark', ...flags, ...STORE])).stdout).map(({ tenant }) => tenant)
  t.same(await tenants(), ['noah', 'sem', 'sem'])
  t.same(await tenants('--limit', '2'), ['noah', 'sem'])
  t.same(await tenants('--tenant', 'sem'), ['sem', 'sem'])
  t.match(await at.run(['col', 'cat', 'Ark', '--tenant', 'noa', ...STORE]), {
    code: 10,
    stderr: /did you mean noah/,
  })
})

t.test('cat ends quietly with 141 when its reader has read enough', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', objects(3000))
  const { child, ended } = at.start(['col', 'cat', 'SourceCode', ...STORE])
  await once(child.stdout!, 'data')
  child.stdout!.destroy()
  const { code, stderr } = await ended
  t.equal(code, 141)
  t.match(stderr, /^target .*\n$/)
})

t.test('rm asks, and without a terminal wants --yes', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', objects(1))
  const unasked = await at.run(['col', 'rm', 'source-code', ...STORE], 'y\n')
  t.match(unasked, { code: 2, stderr: /use --yes/ })
  t.match((await at.run(['col', 'ls', ...STORE])).stdout, 'SourceCode')
  const removed = await at.run(['col', 'rm', 'source-code', '--yes', ...STORE])
  t.match(removed, { code: 0, stdout: '', stderr: /SourceCode was removed/ })
  t.equal((await at.run(['col', 'ls', ...STORE])).stdout, '')
})

t.test('rm forgets the unfinished runs, so that none is continued into a new collection', async (t) => {
  const at = home(t, { 'a.jsonl': `${adds(20)}bad\n${adds(1)}` })
  const ingest = ['index', 'process-jsonl', 'a.jsonl', '--collection', 'source-code', ...STORE]
  t.equal((await at.run([...ingest, '--max-errors', '0'])).code, 1)
  await at.run(['col', 'rm', 'source-code', '--yes', ...STORE])
  const again = await at.run([...ingest, '--json'])
  t.equal(again.code, 3)
  t.match(JSON.parse(again.stdout), { continued_from_line: 0, written: 20 })
  const store = await openSqlite(`${at.directory}/filled.db`)
  t.equal(await store.collection('SourceCode').count(), 20)
  await store.close()
})

t.test(
  'rm forgets what watches have taken, so that a kept file goes into a new collection too',
  async (t) => {
    const at = home(t, { inbox: { 'a.jsonl': adds(3) } })
    const taken = async (collection: string) => {
      const words = ['index', 'watch', 'inbox', '--collection', collection, '--settle', '0s', ...STORE]
      const { child, ended, says } = at.start(words)
      await says('a.jsonl: 3 records')
      child.kill('SIGTERM')
      return (await ended).stderr
    }
    t.match(await taken('first'), /a\.jsonl: 3 records/)
    t.match(await taken('second'), /a\.jsonl: 3 records/)
    t.equal((await at.run(['col', 'rm', 'first', '--yes', ...STORE])).code, 0)
    t.match(await taken('first'), /a\.jsonl: 3 records/)
    t.match((await at.run(['col', 'ls', ...STORE])).stdout, /First +3\nSecond +3/)
  },
)

t.test('tenants that are not active are said, each by name, and what is printed is not all', async (t) => {
  const at = home(t)
  await filled(at, 'Ark', [...objects(1, 'noah'), ...objects(2, 'sem'), ...objects(1, 'ham')])
  const store = await openSqlite(`${at.directory}/filled.db`)
  await store.setTenantStates('Ark', [{ name: 'sem', state: 'inactive' }])
  await store.close()
  const shown = await at.run(['col', 'show', 'Ark', ...STORE])
  t.match(shown, { code: 0, stdout: /objects: 2 in 2 tenants; not active, and not counted: 1 tenant/ })
  t.match(shown.stdout, /ham +1\nnoah +1\nsem +inactive\n/)
  const printed = await at.run(['col', 'cat', 'Ark', ...STORE])
  t.equal(printed.code, 1)
  t.same(
    parsed(printed.stdout).map(({ tenant }) => tenant),
    ['ham', 'noah'],
  )
  t.match(printed.stderr, /tenant sem of Ark is inactive: its objects are not printed/)
  t.match(await at.run(['col', 'cat', 'Ark', '--tenant', 'sem', ...STORE]), {
    code: 5,
    stderr: /tenant sem of Ark is inactive/,
  })
  t.equal((await at.run(['col', 'cat', 'Ark', '--tenant', 'ham', ...STORE])).code, 0)
  t.match(await at.run(['col', 'ls', ...STORE]), { code: 0, stdout: /Ark/ })
})

t.test('an alias is a name of its collection, said; nothing is removed by it', async (t) => {
  const at = home(t)
  await filled(at, 'Zoo', objects(2))
  const store = await openSqlite(`${at.directory}/filled.db`)
  await store.createAlias({ alias: 'Animals', collection: 'Zoo' })
  await store.close()
  for (const words of [['show'], ['cat'], ['backup', '--to', 'archive']]) {
    const [verb, ...flags] = words
    const { code, stderr } = await at.run(['col', verb!, 'Animals', ...flags, ...STORE])
    t.equal(code, 0, `${verb}: ${stderr}`)
    t.match(stderr, /Animals is an alias of the collection Zoo/, words.join(' '))
  }
  t.match(await at.run(['col', 'rm', 'Animals', '--yes', ...STORE]), {
    code: 5,
    stderr: /Animals is an alias of the collection Zoo: nothing was removed[\s\S]*col rm Zoo/,
  })
  t.match(await at.run(['col', 'catalog', 'list']), { stdout: /Zoo/ })
})

t.test('a restore into an alias says how to go back; `col alias` does it', async (t) => {
  const at = home(t)
  await filled(at, 'Zoo', objects(2))
  await at.run(['col', 'backup', 'Zoo', '--to', 'archive', ...STORE])
  t.match(await at.run(['col', 'alias', 'live', 'Zoo', ...STORE]), {
    code: 0,
    stderr: /Live means Zoo now, it is new/,
  })
  const { code, stderr } = await at.run(['col', 'restore', 'archive', '--into-alias', 'live', ...STORE])
  t.equal(code, 0, stderr)
  t.match(stderr, /restores into Live_v1; the alias Live means Zoo until it is switched/)
  t.match(stderr, /the alias Live means Live_v1 now, Zoo before/)
  t.match(stderr, /go back with: elysiactl col alias Live Zoo --target sqlite:filled.db/)
  t.match(stderr, /remove what it meant before with: elysiactl col rm Zoo --target sqlite:filled.db/)
  t.match(await at.run(['col', 'show', 'Live', ...STORE]), {
    stderr: /Live is an alias of the collection Live_v1/,
  })
  t.match(await at.run(['col', 'alias', 'Live', 'Zoo', ...STORE]), {
    code: 0,
    stderr: /Live means Zoo now, Live_v1 before/,
  })
  t.match(await at.run(['col', 'alias', 'Live', 'Zoo', ...STORE]), {
    code: 0,
    stderr: /Live means Zoo already/,
  })
  t.match(await at.run(['col', 'alias', 'Zoo', 'Live_v1', ...STORE]), {
    code: 5,
    stderr: /collection of that name already exists/,
  })
})

t.test('--list prints what an archive holds, and --use-list restores what was left of it', async (t) => {
  const at = home(t)
  await filled(at, 'Ark', [...objects(3, 'noah'), ...objects(1, 'sem')])
  await at.run(['col', 'backup', 'Ark', '--to', 'archive', ...STORE])
  const { code, stdout, stderr } = await at.run(['col', 'restore', 'archive', '--list'])
  t.equal(code, 0)
  t.equal(stderr, '', 'no target is looked for')
  t.match(
    stdout,
    /^# 4 objects of Ark\..*\n#.*--use-list FILE\narchive \S+\ntenant "noah" # 3 objects, active\ntenant "sem" /,
  )
  writeFileSync(join(at.directory, 'list'), stdout.replace('tenant "noah"', '#'))
  const some = await at.run([
    'col',
    'restore',
    'archive',
    '--use-list',
    'list',
    '--name',
    'Some',
    '--json',
    ...STORE,
  ])
  t.equal(some.code, 0, some.stderr)
  t.match(JSON.parse(some.stdout), { restores: [{ objects: 1, written: 1, tenants: 1 }] })
  writeFileSync(join(at.directory, 'list'), `${stdout}tenant "ham"\n`)
  const words = ['col', 'restore', 'archive', '--use-list', 'list', '--name', 'Other', ...STORE]
  t.match(await at.run(words), { code: 2, stderr: /line 6 names no tenant of/ })
})
