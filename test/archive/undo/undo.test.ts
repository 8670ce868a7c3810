// What a run keeps of the objects that it is about to change: durable, whole, cut short by a kill, damaged, expired.
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { blockText } from '../../../lib/archive/undo/entry.ts'
import { readUndoHeader } from '../../../lib/archive/undo/header.ts'
import { keptUndos, removeExpiredUndos } from '../../../lib/archive/undo/keptUndo.ts'
import { undoBlocks } from '../../../lib/archive/undo/reader.ts'
import { UNDO_ENTRIES, UNDO_HEADER, type UndoEntry, type UndoHeader } from '../../../lib/archive/undo/undo.ts'
import { UndoWriter } from '../../../lib/archive/undo/writer.ts'
import { idOf, THING, thing } from '../../job/backup/archived.ts'
import { directory } from '../../job/targets.ts'

const HEADER: UndoHeader = {
  format: 1,
  kind: 'undo',
  run: 'one',
  job: 'restore',
  how: 'overwrite',
  target: 'memory:',
  class: 'Thing',
  schema: { ...THING, properties: [...THING.properties!, { name: 'big', dataType: ['int'] }] },
  started_at: '2026-11-29T00:00:00.000Z',
  keep_ms: 1000,
}

const lockOf = () => ({ release: () => {} })

const entry = (n: number): UndoEntry => ({
  id: idOf(n),
  tenant: 'a',
  before: {
    ...thing(n),
    properties: { big: 2n ** 60n + 1n, next: [{ beacon: 'weaviate://localhost/Thing/x' }] },
    vectors: { multi: [Float32Array.of(1, 2), Float32Array.of(3, 4)] },
    tenant: 'a',
    createdMs: 1,
    updatedMs: 2,
  },
  wrote: { digest: 'd', vectors: [''], links: { next: ['b'] } },
})

async function entriesOf(path: string): Promise<UndoEntry[]> {
  const entries: UndoEntry[] = []
  for await (const block of undoBlocks(path, HEADER)) entries.push(...block.entries)
  return entries
}

async function kept(t: Test, ...blocks: UndoEntry[][]): Promise<string> {
  const path = `${directory(t)}/one`
  const writer = await UndoWriter.begin(path, HEADER)
  await Promise.all(blocks.map((block) => writer.keep(block)))
  await writer.close()
  return path
}

t.test('objects come back exactly, with big ints, vectors, references and times', async (t) => {
  const path = await kept(t, [entry(1), { id: idOf(2) }], [entry(3)])
  t.strictSame(await entriesOf(path), [entry(1), { id: idOf(2) }, entry(3)])
  t.equal(statSync(join(path, UNDO_ENTRIES)).mode & 0o777, 0o600)
})

t.test(
  'a batch that was cut short was never sent: it goes, and the run goes on behind the last whole one',
  async (t) => {
    const path = await kept(t, [entry(1)], [entry(2), entry(3)])
    const file = join(path, UNDO_ENTRIES)
    const whole = statSync(file).size
    const first = statSync(join(await kept(t, [entry(1)]), UNDO_ENTRIES)).size
    for (const cut of [1, 20, 400, whole - first - 1, whole - first]) {
      truncateSync(file, whole - cut)
      t.strictSame(await entriesOf(path), [entry(1)], `${cut} bytes short`)
      const writer = await UndoWriter.begin(path, HEADER)
      t.equal(writer.entries, 1)
      await writer.keep([entry(2), entry(3)])
      await writer.close()
      t.equal(statSync(file).size, whole)
    }
  },
)

t.test('a byte that was changed is damage, and named as such', async (t) => {
  const path = await kept(t, [entry(1)], [entry(2)])
  const file = join(path, UNDO_ENTRIES)
  writeFileSync(file, readFileSync(file, 'utf8').replace('"d"', '"e"'))
  await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED', message: /one of its blocks/ })
  const whole = readFileSync(join(await kept(t, [entry(1)], [entry(2)]), UNDO_ENTRIES))
  const last = whole.lastIndexOf('{"block"')
  // In the last block, as anywhere, also in what says how long it is.
  for (const at of [
    last + 3,
    whole.indexOf('bytes', last) + 8,
    last + 60,
    whole.length - 20,
    whole.length - 1,
  ]) {
    const damaged = Buffer.from(whole)
    damaged[at] = damaged[at] === 57 ? 56 : 57
    writeFileSync(file, damaged)
    await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED', message: /one of its blocks/ }, `byte ${at}`)
  }
  writeFileSync(file, whole)
  appendFileSync(file, 'x\n')
  await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED' })
  writeFileSync(join(path, UNDO_HEADER), '{"kind":"undo"}')
  t.throws(() => readUndoHeader(path), { code: 'ELYSIA_DAMAGED' })
})

t.test('the end of a file of a run that has ended is not taken for a cut', async (t) => {
  const path = await kept(t, [entry(1)], [entry(2)])
  const writer = await UndoWriter.begin(path, HEADER)
  writer.complete()
  await writer.close()
  truncateSync(join(path, UNDO_ENTRIES), statSync(join(path, UNDO_ENTRIES)).size - 10)
  await t.rejects(
    UndoWriter.begin(path, readUndoHeader(path)!).then((again) => again.close()),
    {
      code: 'ELYSIA_DAMAGED',
    },
  )
})

t.test('it goes when its time is over, counted from its last change', async (t) => {
  const path = await kept(t, [entry(1)])
  const root = join(path, '..')
  const lastMs = statSync(join(path, UNDO_ENTRIES)).mtimeMs
  t.same(removeExpiredUndos(root, { nowMs: lastMs + 500, lockOf }), [])
  t.same(
    removeExpiredUndos(root, { nowMs: lastMs + 2000, lockOf: () => undefined }),
    [],
    'a process works with it',
  )
  utimesSync(join(path, UNDO_ENTRIES), 0, 0)
  t.match(removeExpiredUndos(root, { lockOf }), [{ header: { run: 'one' } }])
  t.same(keptUndos(root), [])
})

t.test('a header that is none is damage, and what it is of does not expire by it', async (t) => {
  const path = await kept(t, [entry(1)])
  const file = join(path, UNDO_HEADER)
  const broken: [string, unknown][] = [
    ['run', '../one'],
    ['run', 'other'],
    ['started_at', 'today'],
    ['ended_at', ''],
    ['keep_ms', -1],
    ['bytes', '1'],
    ['tenants_made', [1]],
  ]
  for (const [name, value] of broken) {
    writeFileSync(file, JSON.stringify({ ...HEADER, [name]: value }))
    t.throws(() => readUndoHeader(path), { code: 'ELYSIA_DAMAGED' }, `${name} ${value}`)
    t.same(removeExpiredUndos(join(path, '..'), { nowMs: Number.MAX_SAFE_INTEGER, lockOf }), [])
  }
})

t.test('entries that are gone, or are none, are damage and not an undo of nothing', async (t) => {
  const path = await kept(t, [entry(1)])
  const file = join(path, UNDO_ENTRIES)
  writeFileSync(file, '{"block":null}\n')
  await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED', message: /one of its blocks/ })
  writeFileSync(file, blockText([{ id: 'one' }]))
  await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED', message: /an entry that is not valid/ })
  rmSync(file)
  await t.rejects(entriesOf(path), { code: 'ELYSIA_DAMAGED', message: /lacks its entries.jsonl/ })
})
