// What says of an archive what is in it, made up by somebody: it is refused by its shape, before it is used.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { readJournal } from '../../lib/archive/journal.ts'
import { manifestText, sha256Of } from '../../lib/archive/manifestFile.ts'
import { readSingle } from '../../lib/archive/single/read.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import { things } from '../job/backup/archived.ts'
import { put, sound } from './forged.ts'

const MIB = 2 ** 20

/** Changes of a plan that each would end a reader that believed it. */
const CHANGES: readonly (readonly [string, object])[] = [
  ['no ranges', { ranges: undefined }],
  ['ranges that are no list', { ranges: 7 }],
  ['no encoding', { encoding: null }],
  [
    'a format that is none',
    { encoding: { format: 'toString', compression: 'none', library: '', vectors: 'base64' } },
  ],
  ['a class that is none', { schema: null }],
  ['a class of another name', { schema: { class: 'Other' } }],
  ['properties that are a number', { schema: { class: 'Thing', properties: 7 } }],
  ['a property that is null', { schema: { class: 'Thing', properties: [null] } }],
  ['a property of no type', { schema: { class: 'Thing', properties: [{ name: 'a', dataType: 'text' }] } }],
  ['tenants that are no list', { tenants: { length: 2 } }],
  ['counts that are a text', { counts: { before: '5' } }],
  ['an id that leads elsewhere', { id: '../../elsewhere' }],
]

t.test('a header of a single file, and a journal, are held against their schema', async (t) => {
  const home = t.testdir()
  const { finished, parts, totals, consistency, ...plan } = await sound(join(home, 'sound'))
  for (const [title, change] of CHANGES) {
    const forged = { ...plan, counts: { before: 5 }, ...change }
    const text = JSON.stringify(forged)
    const header = `{"elysiactl_archive":${text},"sha256":"${sha256Of(text)}"}\n`
    const single = readSingle(Readable.from([Buffer.from(header)]))
    await t.rejects(single, { code: 'ELYSIA_DAMAGED', message: /has a header that is not valid/ }, title)
    const storage = directoryStorage(join(home, title.replaceAll(' ', '-')))
    await storage.append('parts.jsonl', `${JSON.stringify({ plan: forged })}\n`)
    await t.rejects(readJournal(storage), { code: 'ELYSIA_DAMAGED', message: /damaged at line 1/ }, title)
  }
})

t.test('a line of a journal that no backup writes is named, whatever it is', async (t) => {
  const home = t.testdir()
  const { finished, parts, totals, consistency, ...plan } = await sound(join(home, 'sound'))
  const first = JSON.stringify({ plan: { ...plan, counts: { before: 5 } } })
  const [part] = parts
  const lines = [
    'null',
    '7',
    '[]',
    '{"parts":7}',
    '{"parts":[null]}',
    '{"tenant":"a"}',
    JSON.stringify({ parts: [{ ...part, file: '../../elsewhere' }] }),
    JSON.stringify({ parts: [{ ...part, range: 99 }] }),
    JSON.stringify({ parts: [{ ...part, bytes: -1 }] }),
    '['.repeat(10_000),
  ]
  for (const [n, line] of lines.entries()) {
    const storage = directoryStorage(join(home, String(n)))
    await storage.append('parts.jsonl', `${first}\n${line}\n`)
    const refusal = { code: 'ELYSIA_DAMAGED', message: /damaged at line 2/ }
    await t.rejects(readJournal(storage), refusal, line.slice(0, 40))
  }
  const empty = directoryStorage(join(home, 'empty'))
  await empty.append('parts.jsonl', '\n'.repeat(32 * MIB))
  await t.rejects(readJournal(empty), { code: 'ELYSIA_DAMAGED' }, 'lines without anything')
})

t.test('a manifest whose class has properties that are none is damaged', async (t) => {
  const directory = t.testdir()
  const manifest = await sound(directory)
  const forged = { ...manifest, schema: { class: 'Thing', properties: [{ name: 'a', dataType: 'text' }] } }
  for (const name of ['manifest.json', 'manifest.copy.json']) put(join(directory, name), manifestText(forged))
  const { status, faults } = await verify(directoryStorage(directory), { level: 'records' })
  t.match({ status, faults }, { status: 'damaged', faults: [{ fact: /invalid properties/ }] })
})

t.test('--resume takes away parts that do not count, and no file of another name', async (t) => {
  const directory = t.testdir()
  const storage = directoryStorage(directory)
  const input = { compression: 'none', workers: 1 }
  const store = await things(20)
  const stopped = backup(store, 'Thing', storage, input, {
    onBegun: () => {
      throw new Error('stopped')
    },
  })
  await t.rejects(stopped, /stopped/)
  t.ok(existsSync(join(directory, 'parts.jsonl')))
  mkdirSync(join(directory, 'parts/notes'), { recursive: true })
  const mine = ['parts/notes.txt', 'parts/notes/r0000-00001.jsonl', 'parts/manifest.copy.json']
  for (const name of mine) writeFileSync(join(directory, name), 'mine')
  const left = ['parts/r0000-90001.jsonl', 'parts/kind=a/r0000-90002.jsonl']
  mkdirSync(join(directory, 'parts/kind=a'))
  for (const name of left) writeFileSync(join(directory, name), 'left')
  appendFileSync(join(directory, 'parts.jsonl'), '{"parts":[')
  const { manifest } = await backup(store, 'Thing', storage, input, { resume: true })
  t.equal(manifest.totals.objects, 20)
  for (const name of mine) t.equal(readFileSync(join(directory, name), 'utf8'), 'mine', name)
  for (const name of left) t.notOk(existsSync(join(directory, name)), name)
})
