// Increments as an operator makes them: by cron, of the newest; any of them restored; one damaged; one compacted.
import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const object = (n: number, text = 'some text') => ({ id: idOf(n), properties: { path: `p${n}`, text } })
const BACKUP = ['col', 'backup', 'SourceCode', ...STORE]

async function changed(at: Home, text: string, gone: number): Promise<void> {
  const store = await openSqlite(join(at.directory, 'filled.db'))
  await store.collection('SourceCode').write([object(1, text)])
  await store.collection('SourceCode').remove([idOf(gone)])
  await store.close()
}

async function json(at: Home, ...args: string[]) {
  const { code, stdout, stderr } = await at.run([...args, '--json'])
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
  return JSON.parse(stdout)
}

const printed = async (at: Home, name: string) => (await at.run(['col', 'cat', name, ...STORE])).stdout

t.test('nightly increments: each is the collection of its night, until a base is damaged', async (t) => {
  const at = home(t)
  await filled(
    at,
    'SourceCode',
    Array.from({ length: 30 }, (_, n) => object(n)),
  )
  const night = () => json(at, ...BACKUP, '--since', 'last', '--full-every', '3')
  const nights = []
  for (let n = 0; n < 4; n++) {
    if (n > 0) await changed(at, `night ${n}`, n + 10)
    nights.push({ ...(await night()), lines: await printed(at, 'SourceCode') })
  }
  t.strictSame(
    nights.map(({ kind }) => kind),
    ['full', 'incremental', 'incremental', 'full'],
  )
  t.match(nights[2], { base: nights[1].archive, objects: 1, removed: 1, state: { objects: 28 } })
  for (const { archive, lines } of nights) t.equal(await printed(at, archive), lines)
  const { chain } = await json(at, 'col', 'catalog', 'show', nights[1].archive)
  t.strictSame(
    chain,
    nights.slice(0, 3).map(({ archive }) => archive),
  )
  const restored = [
    'col',
    'restore',
    'latest:SourceCode',
    '--as-of',
    nights[2].archive,
    '--name',
    'Back',
    ...STORE,
  ]
  t.equal((await at.run(restored)).code, 0)
  t.equal(await printed(at, 'Back'), nights[2].lines)
  const refused = await at.run([...BACKUP, '--since', 'last', '--no-vectors'])
  t.equal(refused.code, 0, 'of another content there is no base: a full one is made')
  t.match(refused.stderr, 'a full archive is made: there is no archive')

  const plan = await at.run(['col', 'catalog', 'cleanup', '--keep-last', '9'])
  for (const { archive } of nights.slice(1, 3)) t.match(plan.stdout, new RegExp(`${archive} .* incremental `))

  const parts = join(nights[1].location, 'parts')
  const file = join(parts, readdirSync(parts)[0]!)
  const bytes = readFileSync(file)
  chmodSync(file, 0o600)
  writeFileSync(file, bytes.subarray(1))
  t.equal((await at.run(['col', 'catalog', 'verify', nights[2].archive])).code, 4)
  t.match(await json(at, 'col', 'catalog', 'show', nights[1].archive), { damaged: true }, 'its base is known')
  const based = await at.run([...BACKUP, '--since', nights[1].archive])
  t.match(based, { code: 5, stderr: `${nights[1].archive} was found to be damaged` })
  const verified = await at.run(['col', 'catalog', 'verify', nights[1].archive, nights[2].archive])
  t.equal(verified.code, 4)
  t.match(verified.stderr, `${nights[1].archive} spoils 1 later archive: ${nights[2].archive}`)
  t.match(verified.stderr, `\ndamaged by a base: ${nights[2].location}`)
  t.notMatch(verified.stderr, /and 1 more of/, 'the one that is damaged is to blame')
  const spoiled = await at.run(['col', 'restore', nights[2].archive, '--name', 'Spoiled', ...STORE])
  t.equal(spoiled.code, 4)
  t.match(spoiled.stderr, `${nights[1].archive}, a base of ${nights[2].archive}`)
  t.notMatch(spoiled.stderr, 'created the collection')
  t.equal((await at.run(['col', 'restore', nights[0].archive, '--name', 'Whole', ...STORE])).code, 0)

  writeFileSync(file, bytes)
  t.equal((await at.run(['col', 'catalog', 'verify', nights[1].archive])).code, 0)
  t.match(await json(at, 'col', 'catalog', 'compact', nights[2].archive), {
    status: 'done',
    links: 3,
    objects: 28,
  })
  t.match((await json(at, 'col', 'catalog', 'show', nights[2].archive)).kind, 'full')
  t.equal(await printed(at, nights[2].archive), nights[2].lines)
})

t.test('a dry run names the base, and is refused what the increment would be refused', async (t) => {
  const at = home(t)
  await filled(
    at,
    'SourceCode',
    Array.from({ length: 20 }, (_, n) => object(n)),
  )
  const next = [...BACKUP, '--since', 'last']
  const none = await at.run([...next, '--dry-run'])
  t.match(none, { code: 0, stderr: /a full archive is made: there is no archive/ })
  const base = await json(at, ...next)
  await changed(at, 'other', 12)
  t.match(await json(at, ...next, '--dry-run'), {
    status: 'planned',
    kind: 'incremental',
    base: base.archive,
    base_objects: 20,
    objects: 19,
  })
  const shown = await at.run([...next, '--dry-run'])
  t.match(shown, { code: 0, stderr: `an increment of ${base.archive}, which has 20 objects` })
  t.match(await json(at, ...next, '--full', '--dry-run'), { kind: 'full', base: undefined })
  const both = async (code: number, message: string | RegExp, ...more: string[]) => {
    for (const flags of [['--dry-run'], []])
      t.match(await at.run([...BACKUP, ...more, ...flags]), { code, stderr: message }, `${more} ${flags}`)
  }
  await both(
    5,
    /holds all objects, not where path = 'p1'/,
    '--since',
    base.location,
    '--filter',
    "path = 'p1'",
  )
  await both(10, 'nowhere', '--since', 'nowhere')
  await both(1, /are gone since the base, more than 1%/, '--since', 'last', '--max-vanished', '1%')
  const [file] = readdirSync(join(base.location, 'index'))
  const index = join(base.location, 'index', file!)
  const bytes = readFileSync(index)
  chmodSync(index, 0o600)
  writeFileSync(index, bytes.subarray(56))
  // Which is noted: what the increment itself is refused then, damageNoted.test.ts shows.
  const damaged = { code: 4, stderr: new RegExp(`${base.archive}: .*index/${file}`) }
  t.match(await at.run([...next, '--dry-run']), damaged)
  const full = await at.run([...next, '--dry-run'])
  t.match(full, { code: 0, stderr: `a full archive is made: ${base.archive} was found to be damaged` })
  writeFileSync(index, bytes)
  t.equal((await at.run(['col', 'catalog', 'verify', base.archive, '--level', 'records'])).code, 0)
  const { archive, location } = await json(at, ...next)
  renameSync(base.location, join(at.directory, 'elsewhere'))
  const rebuilt = await at.run(['col', 'catalog', 'rebuild'])
  t.match(rebuilt, { code: 0, stderr: `${location} is an increment of ${base.archive}, which is not there` })
  renameSync(join(at.directory, 'elsewhere'), base.location)
  t.match(await json(at, 'col', 'catalog', 'rebuild'), { roots: [{ without_base: [] }] })
  t.match(await json(at, 'col', 'catalog', 'show', archive), { chain: [base.archive, archive] })
  const store = await openSqlite(join(at.directory, 'filled.db'))
  await store.addProperty('SourceCode', { name: 'more', dataType: ['text'] })
  await store.close()
  await both(5, /the schema of SourceCode has changed since .*more/, '--since', 'last')
})

t.test('a single file or a pipe is no base, and what to do is said', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', [object(1)])
  const { archive } = await json(at, ...BACKUP, '--to', 'one.jsonl')
  for (const [since, message] of [
    ['one.jsonl', '--since one.jsonl: an archive in a single file or a pipe has no index'],
    ['-', '--since -: an archive in a single file or a pipe has no index'],
    [archive, `${archive} is a single file, which has no index: there can be no increment of it`],
  ]) {
    const { code, stderr } = await at.run([...BACKUP, '--since', since])
    t.equal(code, 2, since)
    t.match(stderr, message)
    t.match(stderr, /a full archive in a directory/)
  }
})

t.test('what cannot be an increment is refused before anything is opened', async (t) => {
  const at = home(t)
  for (const [args, message] of [
    [['--full'], '--full needs --since'],
    [['--since', 'last', '--to', 'one.jsonl'], 'an increment goes into a directory'],
    [['--since', 'last', '--schema-only'], '--since and --schema-only cannot be combined'],
    [['--since', 'last', '--full-every', '0'], '--full-every'],
    [['--since', 'last', '--max-vanished', '120%'], '--max-vanished'],
  ] as const) {
    const { code, stderr } = await at.run([...BACKUP, ...args])
    t.equal(code, 2, message)
    t.match(stderr, message)
  }
})

t.test('with --resume, an increment into an empty directory has its base', async (t) => {
  const at = home(t)
  await filled(at, 'SourceCode', [object(1), object(2)])
  const { archive } = await json(at, ...BACKUP)
  const into = [...BACKUP, '--to', join(at.directory, 'next'), '--since', 'last', '--resume']
  t.match(await json(at, ...into, '--dry-run'), { kind: 'incremental', base: archive })
  t.match(await json(at, ...into), { kind: 'incremental', base: archive })
})
