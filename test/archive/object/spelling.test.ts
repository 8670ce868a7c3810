// Archives whose JSON is spelled otherwise than elysiactl does: a second implementation's, or edited by a tool.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import type { Manifest, Plan } from '../../../lib/archive/manifest.ts'
import { manifestText, sha256Of } from '../../../lib/archive/manifestFile.ts'
import { singleHeader, singleTrailer } from '../../../lib/archive/single/lines.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openSource } from '../../../lib/job/restore/source/open.ts'
import { verifySingle } from '../../../lib/job/verify/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { idOf, THING, thing, things } from '../../job/backup/archived.ts'
import { some } from '../../runs.ts'
import { put, replacePart, reseal, sound } from '../forged.ts'

const LIVE = { level: 'live', maxErrors: 0, workers: 1 } as const

type Line = Record<string, unknown> & { properties: Record<string, unknown> }

const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse())

/** A line as another program might write it. */
const SPELLINGS: Readonly<Record<string, (line: Line) => string>> = {
  'CR before LF': (line) => `${JSON.stringify(line)}\r`,
  'spaces at the end': (line) => `${JSON.stringify(line)}  `,
  'spaces at the beginning': (line) => `  ${JSON.stringify(line)}`,
  'spaces behind colons and commas': (line) => JSON.stringify(line, null, 1).replaceAll('\n', ''),
  'an unknown field at the end': (line) => JSON.stringify({ ...line, x_more: { y: 1 } }),
  'an unknown field at the beginning': (line) => JSON.stringify({ x_more: [1], ...line }),
  'another order of keys': (line) => JSON.stringify(reversed(line)),
  'another order of properties': (line) => JSON.stringify({ ...line, properties: reversed(line.properties) }),
  'null properties': (line) => JSON.stringify({ ...line, properties: { ...line.properties, zero: null } }),
  'other spellings of numbers': (line) => JSON.stringify(line).replace(/"count":(\d+)/, '"count":$1.0e0'),
  'needless escapes': (line) => JSON.stringify(line).replaceAll('thing', '\\u0074hing'),
  'spaces deep inside': (line) => JSON.stringify(line).replace('"count":', '"count": '),
}

/** The lines of an archive's only part, and the archive with others in their place. */
function respelled(directory: string, manifest: Manifest, spell: (line: Line, at: number) => string): void {
  const text = readFileSync(join(directory, manifest.parts[0]!.file), 'utf8')
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const bytes = Buffer.from(lines.map((line, at) => `${spell(line, at)}\n`).join(''))
  replacePart(directory, manifest, bytes, { raw_bytes: bytes.length })
}

for (const [name, spell] of some(4, Object.entries(SPELLINGS))) {
  for (const tool of ['elysiactl', 'other-writer']) {
    t.test(`an archive of ${tool} with ${name} is whole, and one with other objects is not`, async (t) => {
      const directory = t.testdir()
      const storage = directoryStorage(directory)
      const manifest = { ...(await sound(directory)), tool: { name: tool, version: '1' } }
      respelled(directory, manifest, (line, at) => (at === 3 ? spell(line) : JSON.stringify(line)))
      t.strictSame((await verify(storage, { level: 'records' })).faults, [])
      respelled(directory, manifest, spell)
      t.strictSame((await verify(storage, { level: 'records' })).faults, [])
      respelled(directory, manifest, (line) =>
        spell({ ...line, properties: { ...line.properties, title: 'thinG' } }),
      )
      const { faults } = await verify(storage, { level: 'records' })
      t.match(faults, [{ fact: /holds objects that do not match the manifest/ }])
    })
  }

  for (const tool of ['elysiactl', 'other-writer']) {
    t.test(`an archive of ${tool} with ${name} is restored, equal when read back`, async (t) => {
      const directory = t.testdir()
      const storage = directoryStorage(directory)
      const manifest = { ...(await sound(directory)), tool: { name: tool, version: '1' } }
      const other = (line: Line, at: number) => (at === 3 ? spell(line) : JSON.stringify(line))
      for (const how of [other, spell]) {
        respelled(directory, manifest, how)
        const store = openMemory()
        const report = await restore(archiveSource(await openArchive(storage)), store, {})
        t.match(report, { status: 'done', written: 5, verification: { digest_equal: true } })
      }
    })

    t.test(`a single file or pipe of ${tool} with ${name} is restored, equal when read back`, async (t) => {
      const directory = t.testdir()
      const path = join(directory, 'thing.jsonl')
      const made = await sound(join(directory, 'archive'))
      const text = readFileSync(join(directory, 'archive', made.parts[0]!.file), 'utf8')
      const manifest = { ...made, tool: { name: tool, version: '1' } }
      const lines = text.trimEnd().split('\n')
      writeFileSync(
        path,
        single(manifest, lines.map((line) => `${spell(JSON.parse(line) as Line)}\n`).join('')),
      )
      for (const operand of [path, '-']) {
        const store = openMemory()
        const source = await openSource(operand, { stdin: () => createReadStream(path) })
        const report = await restore(source, store, {})
        t.match(report, { status: 'done', written: 5, verification: { digest_equal: true } }, operand)
      }
    })
  }

  t.test(`a single file with ${name} is whole, and one with other objects is not`, async (t) => {
    const directory = t.testdir()
    const path = join(directory, 'thing.jsonl')
    const manifest = await sound(join(directory, 'archive'))
    const text = readFileSync(join(directory, 'archive', manifest.parts[0]!.file), 'utf8')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
    const look = async (spelled: (line: Line) => string) => {
      writeFileSync(path, single(manifest, lines.map((line) => `${spelled(line)}\n`).join('')))
      return (await verifySingle(path, { level: 'records' } as never)).faults
    }
    t.strictSame(await look(spell), [])
    t.match(await look((line) => spell({ ...line, id: line.id!.toString().replace(/.$/, 'f') })), [
      { fact: /holds objects that do not match its trailer/ },
    ])
  })
}

t.test('what is compared with a store object by object is compared without its spelling', async (t) => {
  const directory = t.testdir()
  const archive = join(directory, 'archive')
  const storage = directoryStorage(archive)
  const store = await things(5, {
    ...THING,
    properties: [...THING.properties!, { name: 'next', dataType: ['Thing'] }],
  })
  const beacons = [`weaviate://localhost/Thing/${idOf(1, 5)}`]
  await store.collection('Thing').link([{ id: idOf(0, 5), property: 'next', beacons }])
  const { manifest } = await backup(store, 'Thing', storage, { compression: 'none', workers: 1 })
  respelled(archive, manifest, SPELLINGS['needless escapes']!)
  await restore(archiveSource(await openArchive(storage)), store, { name: 'Copy' })
  // References lead to the class itself, which has another name there: the digests of the manifest do not do.
  const against = { store, name: 'Copy' }
  t.strictSame((await verify(storage, { level: 'live' }, { against })).faults, [])
  const path = join(directory, 'thing.jsonl')
  writeFileSync(path, single(manifest, readFileSync(join(archive, manifest.parts[0]!.file), 'utf8')))
  t.strictSame((await verifySingle(path, LIVE, { against })).faults, [])
  await store.collection('Copy').write([thing(4, 6)])
  await store.collection('Copy').remove([idOf(3, 5)])
  t.equal((await verify(storage, { level: 'live' }, { against })).num_errors, 1)
  t.equal((await verifySingle(path, LIVE, { against })).num_errors, 1)
})

/** A single file of these lines, sealed as it should be; `told` is what its trailer says otherwise. */
function single(manifest: Manifest, lines: string, told: Partial<Manifest> = {}): string {
  const { finished: _f, parts: _p, totals: _t, consistency: _c, counts, ...plan } = manifest
  const before = singleHeader({ ...plan, counts: { before: counts.before } } as Plan) + lines
  return before + singleTrailer({ ...manifest, ...told }, createHash('sha256').update(before).digest('hex'))
}

t.test('a manifest whose count of what was written is not that of its parts is damaged', async (t) => {
  const directory = t.testdir()
  const manifest = await sound(directory)
  reseal(directory, manifest)
  t.equal((await verify(directoryStorage(directory), { level: 'exists' })).status, 'complete')
  for (const name of ['manifest.json', 'manifest.copy.json'])
    put(join(directory, name), manifestText({ ...manifest, counts: { ...manifest.counts, written: 6 } }))
  const { faults } = await verify(directoryStorage(directory), { level: 'exists' })
  t.match(faults, [{ fact: /says that 6 objects were written, its parts hold 5/ }])
})

t.test(
  'a single file says so of its counts, of another schema’s SHA-256 and of a header that does not fit',
  async (t) => {
    const directory = t.testdir()
    const manifest = await sound(join(directory, 'archive'))
    const lines = readFileSync(join(directory, 'archive', manifest.parts[0]!.file), 'utf8')
    const path = join(directory, 'thing.jsonl')
    const facts = async (text: string) => {
      writeFileSync(path, text)
      return (await verifySingle(path, { level: 'stored' } as never)).faults.map(({ fact }) => fact)
    }
    t.strictSame(await facts(single(manifest, lines)), [])
    const foreign = sha256Of('another schema')
    t.match(await facts(single({ ...manifest, schema_sha256: foreign }, lines)), [
      /schema has a SHA-256 that does not match/,
    ])
    t.match(await facts(single(manifest, lines, { counts: { ...manifest.counts, written: 4 } })), [
      /says that 4 objects were written/,
    ])
    const schema = { ...manifest.schema, description: 'another' }
    t.match(await facts(single(manifest, lines, { schema })), [
      /trailer has another schema than the header/,
      /schema has a SHA-256 that does not match/,
    ])
  },
)

t.test(
  'schema.json is compared by what it says: order and spaces are free, its SHA-256 is not',
  async (t) => {
    const directory = t.testdir()
    const manifest = await sound(directory)
    const storage = directoryStorage(directory)
    const facts = async () => (await verify(storage, { level: 'exists' })).faults.map(({ fact }) => fact)
    const other = JSON.stringify(reversed(manifest.schema))
    put(join(directory, 'schema.json'), other)
    t.match(await facts(), [/has a SHA-256 that does not match the manifest/])
    reseal(directory, { ...manifest, schema_sha256: sha256Of(other) })
    t.strictSame(await facts(), [])
    const wrong = JSON.stringify({ ...manifest.schema, description: 'another' })
    put(join(directory, 'schema.json'), wrong)
    reseal(directory, { ...manifest, schema_sha256: sha256Of(wrong) })
    t.match(await facts(), [/is not the schema of the manifest/])
    put(join(directory, 'schema.json'), 'no JSON')
    t.match(await facts(), [/is not the schema of the manifest/])
  },
)
