import t from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import { sampleParts } from '../../../lib/job/verify/sample.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { archiveOf, thing, things } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { laterPoint } from '../runs.ts'

type Change = readonly [name: string, change: (bytes: Buffer, at: number) => Buffer]

const CHANGES: readonly Change[] = [
  [
    'flipped',
    (bytes, at) => {
      const copy = Buffer.from(bytes)
      copy[at] = copy[at]! ^ 1
      return copy
    },
  ],
  ['dropped', (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])],
  ['doubled', (bytes, at) => Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)])],
]

const COMPRESSIONS = ['none', 'zstd', 'gzip', 'lz4']

for (const [turn, compression] of COMPRESSIONS.entries()) {
  // All but the parts is the same for each compression, but for its name: its bytes have turns.
  const turns = (file: string) =>
    file.startsWith('parts/') ? { first: 0, step: 1 } : { first: turn, step: COMPRESSIONS.length }
  for (const [name, change] of CHANGES) {
    t.test(
      `a byte of an archive (${compression}), when it is ${name}, is found and its file named`,
      async (t) => {
        const files = await archiveOf(2, { compression })
        const missed: string[] = []
        for (const [file, bytes] of files) {
          const { first, step } = turns(file)
          for (let at = first; at < bytes.length; at += step * laterPoint(0, 11)) {
            const changed = change(bytes, at)
            if (changed.equals(bytes)) continue
            const report = await verify(memoryStorage(new Map(files).set(file, changed)), { level: 'stored' })
            const named = report.faults.some((fault) => fault.file === file || file.startsWith('manifest'))
            if (report.status !== 'damaged' || !named) missed.push(`${file}:${at}`)
          }
        }
        t.strictSame(missed, [])
      },
    )
  }
}

t.test('a part that is gone, or has another size, is found by looking at sizes alone', async (t) => {
  const files = await archiveOf(5)
  const part = partsOf(files)[0]!
  const gone = new Map(files)
  gone.delete(part)
  t.strictSame((await verify(memoryStorage(gone), { level: 'exists' })).broken_parts, [part])
  const longer = new Map(files).set(part, Buffer.concat([files.get(part)!, Buffer.from('x')]))
  t.strictSame((await verify(memoryStorage(longer), { level: 'exists' })).broken_parts, [part])
})

t.test('all damage is reported, not the first alone, until --max-errors', async (t) => {
  const files = await archiveOf(200, { partSize: 4096 })
  const parts = partsOf(files)
  t.ok(parts.length >= 3)
  for (const part of parts) files.set(part, Buffer.from(files.get(part)!.fill(0, 0, 1)))
  const all = await verify(memoryStorage(files), { level: 'stored' })
  t.equal(all.num_errors, parts.length)
  t.match(all.suggested_command, /--skip-damaged/)
  const few = await verify(memoryStorage(files), { level: 'stored', maxErrors: 2 })
  t.equal(few.num_errors, 2)
  t.equal(few.stopped, true)
})

t.test('an archive is whole at every level, and each object of it is looked at by records', async (t) => {
  const store = await things(60)
  const files = await archiveOf(60, { partSize: 4096 })
  for (const level of ['exists', 'stored', 'records', 'live'] as const) {
    const report = await verify(memoryStorage(files), { level }, { against: { store } })
    t.equal(report.status, 'complete', level)
    t.equal(report.objects_checked, level === 'records' || level === 'live' ? 60 : 0, level)
  }
})

t.test(
  'a store is asked at level live alone, where one is named, and not once there are faults enough',
  async (t) => {
    const files = await archiveOf(60, { partSize: 4096 })
    let reads = 0
    const store = changedStore(await things(60), (collection) => ({
      read: (...words) => {
        reads += 1
        return collection.read(...words)
      },
    }))
    const asked = async (input: Parameters<typeof verify>[1], of = files) => {
      reads = 0
      const { status } = await verify(memoryStorage(of), input, { against: { store } })
      return { status, isAsked: reads > 0 }
    }
    t.same(await asked({ level: 'live' }), { status: 'complete', isAsked: true })
    t.same(await asked({ level: 'records' }), { status: 'complete', isAsked: false })
    t.match(await verify(memoryStorage(files), { level: 'live' }), { status: 'complete' })
    const [part] = partsOf(files)
    const broken = new Map(files).set(part!, files.get(part!)!.subarray(1))
    t.same(await asked({ level: 'live', maxErrors: 1 }, broken), { status: 'damaged', isAsked: false })
    t.same(await asked({ level: 'live', maxErrors: 2 }, broken), { status: 'damaged', isAsked: true })
  },
)

t.test('a sample that no part belongs to says that nothing was looked at', async (t) => {
  const files = await archiveOf(5)
  const statuses = await Promise.all(
    ['1/2', '2/2'].map(
      async (sample) => (await verify(memoryStorage(files), { level: 'stored', sample })).status,
    ),
  )
  t.same(statuses.toSorted(), ['complete', 'unchecked'])
  const broken = new Map(files).set('schema.json', Buffer.from('{}'))
  for (const sample of ['1/2', '2/2'])
    t.equal((await verify(memoryStorage(broken), { sample })).status, 'damaged', sample)
  const empty = await archiveOf(0, { allowEmpty: true })
  t.equal(
    (await verify(memoryStorage(empty), {})).status,
    'complete',
    'an archive without parts is no sample',
  )
})

t.test('a store that was changed since differs from the archive: by count, and by content', async (t) => {
  const files = await archiveOf(10)
  const store = await things(10)
  await store.collection('Thing').remove([thing(3, 10).id])
  const fewer = await verify(memoryStorage(files), { level: 'live' }, { against: { store } })
  t.match(fewer.faults[0]?.fact, /has 9 objects, the archive 10/)
  await store.collection('Thing').write([{ ...thing(3, 10), vector: Float32Array.of(3, -3, 0.2) }])
  const others = await verify(memoryStorage(files), { level: 'live' }, { against: { store } })
  t.match(others.faults[0]?.fact, /has 10 objects as well, but others/)
})

t.test('samples n/t for all n see every part once; a percentage sees one at least', async (t) => {
  const parts = Array.from({ length: 50 }, (_, n) => ({
    sha256: (n * 0x9e3779b1).toString(16).padStart(64, '0'),
  }))
  const seen = [1, 2, 3, 4].flatMap((n) => sampleParts(parts as never, `${n}/4`))
  t.equal(seen.length, 50)
  t.equal(new Set(seen).size, 50)
  t.equal(sampleParts(parts as never, '1%').length, 1)
  t.equal(sampleParts(parts as never, '50%').length, 25)
})

t.test('where there is no archive there is nothing to verify', async (t) => {
  await t.rejects(verify(memoryStorage(), {}), { code: 'ELYSIA_NOT_FOUND' })
})

function partsOf(files: Files): string[] {
  return [...files.keys()].filter((name) => name.startsWith('parts/'))
}
