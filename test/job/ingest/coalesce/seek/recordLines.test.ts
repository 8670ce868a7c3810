import { deepStrictEqual } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { Reject } from '../../../../../lib/core/reject.ts'
import type { AnyLine } from '../../../../../lib/job/ingest/coalesce/anyLine.ts'
import { IdNumbers } from '../../../../../lib/job/ingest/coalesce/idNumbers.ts'
import { Planner } from '../../../../../lib/job/ingest/coalesce/planner.ts'
import { RecordRows } from '../../../../../lib/job/ingest/coalesce/recordRows.ts'
import { RecordLines } from '../../../../../lib/job/ingest/coalesce/seek/recordLines.ts'
import { fingerprint } from '../../../../../lib/stream/lines/fingerprint.ts'
import { splitLines } from '../../../../../lib/stream/lines/splitLines.ts'
import { runs, tried } from '../../../../runs.ts'

const RUNS = runs(150)
const directory = t.testdir()
const path = join(directory, 'lines')
const MIB = 1024 * 1024

async function linesOf(bytes: Buffer, maxLineBytes: number): Promise<AnyLine[]> {
  return Readable.from([bytes])
    .pipe(splitLines({ maxLineBytes, raw: true }))
    .toArray()
}

/** Plans all lines of a file; each is applied. */
async function planOf(lines: readonly AnyLine[], pages?: number) {
  const planner = new Planner(new IdNumbers(), new RecordRows(pages))
  planner.beginInput()
  for (const line of lines) planner.add(line.line, { kind: 'none', ids: [] }, fingerprint(line), line.end)
  return planner.decide()
}

function plain(line: AnyLine | undefined) {
  if (line instanceof Reject) return { ...line }
  return line && 'bytes' in line ? { ...line, bytes: line.bytes?.toString('latin1') } : line
}

/** What is read of a file when only some of its records are wanted. */
async function readBack(
  bytes: Buffer,
  maxLineBytes: number,
  isWanted: (n: number) => boolean,
  pages?: number,
) {
  writeFileSync(path, bytes)
  const expected = await linesOf(bytes, maxLineBytes)
  const plan = await planOf(expected, pages)
  const decisions = plan.decisions(0)
  const lines = new RecordLines(await open(path), decisions, maxLineBytes)
  const numbers = new Map(expected.map(({ line }, number) => [line, number]))
  const found: (AnyLine | undefined)[] = []
  try {
    for await (const piece of lines.read(0, decisions.count, ({ line }) => isWanted(numbers.get(line)!))) {
      for (const { line } of piece) found.push(line)
    }
  } finally {
    await lines.close()
    plan.close()
  }
  deepStrictEqual(
    found.map(plain),
    expected.map((line, number) => (isWanted(number) ? plain(line) : undefined)),
  )
  return { found, lines: found.length }
}

t.test('a line that is read by its offset is the one that reading everything gives', async (t) => {
  const byte = fc.constantFrom(10, 10, 13, 32, 97, 0xef, 0xbb, 0xbf, 0xff)
  const scenario = fc.record({
    bytes: fc.array(byte, { maxLength: 60 }),
    mark: fc.boolean(),
    wanted: fc.infiniteStream(fc.boolean()),
    max: fc.integer({ min: 1, max: 12 }),
  })
  const property = fc.asyncProperty(scenario, async ({ bytes, mark, wanted, max }) => {
    const all = Buffer.from([...(mark ? [0xef, 0xbb, 0xbf] : []), ...bytes])
    const choice = [...wanted.take(60)]
    await readBack(all, max, (number) => choice[number] ?? true)
  })
  await t.resolves(fc.assert(property, tried(RUNS)))
})

t.test('lines, and blank ones before them, that are longer than what is read at once', async (t) => {
  const long = Buffer.alloc(5 * MIB, 'x')
  const blanks = Buffer.alloc(5 * MIB, '\n')
  const small = Buffer.from('{"a":1}\r\n')
  const bytes = Buffer.concat([long, small, small, blanks, small, long, small, Buffer.from('y'), long])
  await readBack(bytes, 64 * MIB, () => true)
  await readBack(bytes, 64 * MIB, (number) => number % 2 === 0)
  const { found } = await readBack(bytes, MIB, () => true)
  t.match(found[0], { code: 'line_too_long', line: 1, end: 5 * MIB + 9 })
})

t.test('thousands of records, of which few are wanted, and whose rows lie on the disk', async (t) => {
  const bytes = Buffer.from(
    Array.from({ length: 20_000 }, (_, n) => `${'x'.repeat(n % 300)} ${n}\n`).join(''),
  )
  const { lines } = await readBack(bytes, MIB, (number) => number % 701 === 0, 2)
  t.equal(lines, 20_000)
  await readBack(bytes, MIB, () => true, 2)
})

t.test('offsets beyond 4 GiB', async (t) => {
  const planner = new Planner()
  planner.beginInput()
  const ends = [5, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 7, 2 ** 45 + 1]
  for (const [line, end] of ends.entries())
    planner.add(line + 1, { kind: 'put', ids: ['00000000-0000-0000-0000-000000000001'] }, 9, end)
  const plan = await planner.decide()
  t.teardown(() => plan.close())
  const decisions = plan.decisions(0)
  t.strictSame(
    ends.map((_, number) => decisions.record(number)),
    ends.map((end, at) =>
      at === ends.length - 1
        ? { line: at + 1, end, verdict: 0, crc: 9 }
        : { line: at + 1, end, verdict: 1, by: { line: at + 2 } },
    ),
  )
})

t.test('a file that ends before a record ends the reading, and so does closing it', async (t) => {
  const bytes = Buffer.from('{"a":1}\n'.repeat(1000))
  const plan = await planOf(await linesOf(bytes, MIB))
  t.teardown(() => plan.close())
  const read = async (lines: RecordLines) => {
    let count = 0
    for await (const piece of lines.read(0, 1000, () => true)) {
      count += piece.length
      await lines.close()
    }
    return count
  }
  writeFileSync(path, bytes.subarray(0, 3000))
  const short = new RecordLines(await open(path), plan.decisions(0), MIB)
  await t.rejects(read(short), { code: 'ELYSIA_INPUT', message: /changed while it was read/ })
  await short.close()
  writeFileSync(path, bytes)
  const wide = Buffer.from(`${'x'.repeat(MIB / 2)}\n`.repeat(8))
  writeFileSync(path, wide)
  const widePlan = await planOf(await linesOf(wide, MIB))
  t.teardown(() => widePlan.close())
  const closed = new RecordLines(await open(path), widePlan.decisions(0), MIB)
  t.ok((await read(closed)) < 8)
})
