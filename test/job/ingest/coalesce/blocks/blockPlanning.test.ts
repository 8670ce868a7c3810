import { deepStrictEqual } from 'node:assert/strict'
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import t from 'tap'
import type { Threads } from '../../../../../lib/async/thread/threads.ts'
import type { AnyLine } from '../../../../../lib/job/ingest/coalesce/anyLine.ts'
import { planBlocks } from '../../../../../lib/job/ingest/coalesce/blocks/blockPlanning.ts'
import { BlockPool, fileBlocks } from '../../../../../lib/job/ingest/coalesce/blocks/fileBlocks.ts'
import { planBlocksWithThread } from '../../../../../lib/job/ingest/coalesce/blocks/sharedPlanning.ts'
import { DigestMap } from '../../../../../lib/job/ingest/coalesce/digestMap.ts'
import { firstPass } from '../../../../../lib/job/ingest/coalesce/firstPass.ts'
import { Planner } from '../../../../../lib/job/ingest/coalesce/planner.ts'
import { planSink } from '../../../../../lib/job/ingest/coalesce/planSink.ts'
import type { Input } from '../../../../../lib/job/ingest/input.ts'
import { ingestOptions } from '../../../../../lib/job/ingest/options.ts'
import { openJobThreads } from '../../../../../lib/job/thread/open.ts'
import { resolveInput } from '../../../../../lib/options/options.ts'
import { splitLines } from '../../../../../lib/stream/lines/splitLines.ts'
import { runs, tried } from '../../../../runs.ts'
import { writeChanges } from '../../killing.ts'

const RUNS = runs(40)
const MAX_LINE = 1024
const directory = t.testdir()
const path = join(directory, 'changes.jsonl')
const options = resolveInput(ingestOptions, { collection: 'A', maxLineBytes: MAX_LINE })

/** What a first pass over the file finds, with these stages from its bytes on. */
async function found(
  stagesOf: (
    planner: Planner,
    seen: { line: (line: AnyLine) => void; done: () => void },
  ) => (Readable | Duplex | Writable)[],
) {
  const planner = new Planner()
  planner.beginInput()
  const map = new DigestMap()
  const seen = { line: (line: AnyLine) => map.add(line), done: () => map.flush() }
  await pipeline(stagesOf(planner, seen) as [Readable, Writable])
  const plan = await planner.decide()
  const decisions = plan.decisions(0)
  const records = Array.from({ length: decisions.count }, (_, number) => decisions.record(number))
  plan.close()
  return { records, end: map.end, places: map.places }
}

const byLines = () =>
  found((planner, seen) => [
    createReadStream(path),
    splitLines({ maxLineBytes: MAX_LINE, raw: true }),
    planSink(planner, seen.line, options),
  ])

function byBlocks(bytes: number, threads?: Threads) {
  const pool = new BlockPool(bytes)
  return found((planner, seen) => [
    fileBlocks(path, pool),
    ...(threads === undefined
      ? [planBlocks(planner, seen, options, pool)]
      : [planBlocksWithThread(planner, seen, options, pool, threads)]),
  ])
}

const record = fc.record({
  op: fc.constant('add'),
  path: fc.constantFrom('a', 'b', 'é'),
  content: fc.string(),
})
const line = fc.oneof(
  { weight: 4, arbitrary: record.map((one) => Buffer.from(JSON.stringify({ repo: 'A', ...one }))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Buffer.from(''),
      Buffer.from('  '),
      Buffer.from([0x7b, 0xff, 0x7d]),
      Buffer.from('x'.repeat(2 * MAX_LINE)),
      Buffer.from(JSON.stringify({ repo: 'A', op: 'delete', path: 'a' })),
    ),
  },
)
const content = fc
  .record({
    lines: fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 20 }),
    mark: fc.boolean(),
    last: fc.constantFrom('', '{', '{\r', '\r', ' '),
  })
  .map(({ lines, mark, last }) =>
    Buffer.concat([
      Buffer.from(mark ? '\ufeff' : ''),
      ...lines.flatMap(([one, end]) => [one, Buffer.from(end)]),
      Buffer.from(last),
    ]),
  )

t.test('a plan that is made of blocks of any size is that of the lines, in a thread or not', async (t) => {
  const threads = await openJobThreads(1)
  t.teardown(() => threads.close())
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(1024 * 1024))
  const property = fc.asyncProperty(content, size, fc.boolean(), async (bytes, size, isThreaded) => {
    writeFileSync(path, bytes)
    // Each block takes its way to the thread and back.
    const blockBytes = isThreaded ? Math.max(16, size) : size
    deepStrictEqual(await byBlocks(blockBytes, isThreaded ? threads : undefined), await byLines())
  })
  await t.resolves(fc.assert(property, tried(RUNS)))
})

t.test('a byte order mark that blocks cut, with and without a line after it', async (t) => {
  for (const text of ['\ufeff', '\ufeff{"repo":"A","op":"delete","path":"a"}', '\ufeff\n', '\u00ef']) {
    writeFileSync(path, text)
    for (const size of [1, 2, 3]) t.strictSame(await byBlocks(size), await byLines())
  }
})

t.test('many blocks, which are used again', async (t) => {
  const threads = await openJobThreads(1)
  t.teardown(() => threads.close())
  await writeChanges(path, 8000, 5)
  const expected = await byLines()
  for (const thread of [undefined, threads]) {
    const pool = new BlockPool(10_000)
    let taken = 0
    const take = pool.take.bind(pool)
    const buffers = new Set<ArrayBuffer>()
    pool.take = () => {
      taken += 1
      const buffer = take()
      buffers.add(buffer)
      return buffer
    }
    const plan = await found((planner, seen) => [
      fileBlocks(path, pool),
      ...(thread === undefined
        ? [planBlocks(planner, seen, options, pool)]
        : [planBlocksWithThread(planner, seen, options, pool, thread)]),
    ])
    t.strictSame(plan, expected)
    t.ok(taken > 50, `${taken} blocks`)
    if (thread === undefined) t.ok(buffers.size <= 4, `${buffers.size} buffers`)
  }
})

t.test('a thread that dies ends the first pass over blocks with its cause', async (t) => {
  await writeChanges(path, 100, 5)
  const input: Input = { name: path, rereadable: true, seekable: true, open: () => createReadStream(path) }
  const dying: Threads = { run: () => Promise.reject(new Error('it died')), count: 1, close: async () => {} }
  const signal = new AbortController().signal
  await t.rejects(firstPass([input], options, { signal, threads: dying }), /it died/)
  const gone: Input = { ...input, name: join(directory, 'gone') }
  const { plan, stamps } = await firstPass([gone], options, { signal })
  t.equal(
    plan.records,
    (await byLines()).records.length,
    'what is not there under its name is read as it is opened',
  )
  t.strictSame(stamps, [undefined])
  plan.close()
})
