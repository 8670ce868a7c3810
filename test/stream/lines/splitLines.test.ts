import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import type { Line } from '../../../lib/core/line.ts'
import { Reject } from '../../../lib/core/reject.ts'
import { type SplitLinesOptions, splitLines } from '../../../lib/stream/lines/splitLines.ts'
import { collectGarbage } from '../../double/fault/garbage.ts'
import { runs } from '../../runs.ts'

interface Split {
  readonly items: (Line | Reject)[]
  readonly lines: number
  readonly bytes: number
}

async function split(chunks: Iterable<Uint8Array | string>, options?: SplitLinesOptions): Promise<Split> {
  const splitter = splitLines(options)
  const items = (await Readable.from(chunks, { objectMode: false }).pipe(splitter).toArray()) as (
    | Line
    | Reject
  )[]
  return { items, lines: splitter.lines, bytes: splitter.bytes }
}

const texts = ({ items }: Split) => items.map(({ text }) => text)
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

t.test('splitLines: a line far over the limit passes in flat memory', async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x')
  // Garbage of the start, collected meanwhile, would hide what is held.
  collectGarbage()
  const before = process.memoryUsage().arrayBuffers
  let peak = before
  const chunks = function* () {
    for (let at = 0; at < 2048; at++) {
      yield chunk
      peak = Math.max(peak, process.memoryUsage().arrayBuffers)
    }
    yield Buffer.from('\nok\n')
  }
  const { items } = await split(chunks(), { maxLineBytes: 1024 * 1024 })
  t.match(items, [{ code: 'line_too_long' }, { line: 2, text: 'ok' }])
  t.ok(peak > before, 'what it holds is seen')
  t.ok(peak - before < 8 * 1024 * 1024, `held ${peak - before} bytes of 128 MiB`)
})

t.test('splitLines: LF and CRLF end lines, and the last line may lack either', async (t) => {
  const { items } = await split(['one\ntwo\r\nthree'])
  t.strictSame(items, [
    { line: 1, end: 4, text: 'one' },
    { line: 2, end: 9, text: 'two' },
    { line: 3, end: 14, text: 'three' },
  ])
})

t.test('splitLines: only one CR belongs to a terminator, and one alone ends nothing', async (t) => {
  t.strictSame(texts(await split(['a\r\r\nb\rc\n'])), ['a\r', 'b\rc'])
})

t.test('splitLines: blank lines are counted and not emitted', async (t) => {
  const result = await split(['\n\r\n \t \none\n\n\v\f\ntwo\n  '])
  t.strictSame(
    result.items.map(({ line, end, text }) => [line, end, text]),
    [
      [4, 11, 'one'],
      [7, 19, 'two'],
    ],
  )
  t.equal(result.lines, 8, 'the unterminated last one included')
  t.equal(result.bytes, 21)
})

t.test('splitLines: a byte order mark is taken off line 1 only, and offsets count it', async (t) => {
  const { items } = await split([
    Buffer.from([0xef]),
    Buffer.from([0xbb]),
    Buffer.from([0xbf, 0x61, 10]),
    '\ufeffb\n',
  ])
  t.strictSame(items, [
    { line: 1, end: 5, text: 'a' },
    { line: 2, end: 10, text: '\ufeffb' },
  ])
})

t.test('splitLines: nothing, a lone byte order mark and a part of one', async (t) => {
  t.strictSame(await split([]), { items: [], lines: 0, bytes: 0 })
  t.strictSame(await split([Buffer.from([0xef, 0xbb, 0xbf])]), { items: [], lines: 0, bytes: 3 })
  const { items } = await split([Buffer.from([0xef, 0xbb])])
  t.match(items, [{ line: 1, end: 2, code: 'invalid_utf8', bytes: Buffer.from([0xef, 0xbb]) }])
})

t.test(
  'splitLines: a line that is not UTF-8 is refused with its bytes, its neighbors are read',
  async (t) => {
    const { items } = await split([
      Buffer.concat([Buffer.from('é\na'), Buffer.from([0xff, 0x62, 13, 10]), Buffer.from('→')]),
    ])
    t.equal(items[0]?.text, 'é')
    t.ok(items[1] instanceof Reject)
    t.match(items[1], {
      line: 2,
      end: 8,
      code: 'invalid_utf8',
      text: undefined,
      bytes: Buffer.from('a\xffb', 'latin1'),
    })
    t.equal(items[2]?.text, '→')
  },
)

t.test('splitLines: surrogates and over-long forms in UTF-8 are refused, not repaired', async (t) => {
  const { items } = await split([
    Buffer.from([0xed, 0xa0, 0x80, 10, 0xc0, 0xaf, 10, 0xf4, 0x90, 0x80, 0x80, 10]),
  ])
  t.strictSame(
    items.map((item) => (item as Reject).code),
    ['invalid_utf8', 'invalid_utf8', 'invalid_utf8'],
  )
})

t.test(
  'splitLines: a line longer than maxLineBytes is refused with its digest, one as long is read',
  async (t) => {
    const { items, lines } = await split(['12345\r\n123456\r\n1234567890123\n12345\r'], { maxLineBytes: 5 })
    t.match(items, [
      { line: 1, text: '12345' },
      {
        line: 2,
        end: 15,
        code: 'line_too_long',
        reason: /6 bytes long, 5 are allowed/,
        digest: sha256('123456'),
      },
      {
        line: 3,
        end: 29,
        code: 'line_too_long',
        reason: /13 bytes/,
        digest: sha256('1234567890123'),
        text: undefined,
      },
      { line: 4, text: '12345' },
    ])
    t.equal(lines, 4)
  },
)

t.test('splitLines: after stop the line that the end cut is not emitted, nor counted', async (t) => {
  const stop = AbortSignal.abort()
  const result = await split(['{"a":1}\n{"a"'], { stop })
  t.strictSame(texts(result), ['{"a":1}'])
  t.equal(result.lines, 1)
  t.strictSame(texts(await split(['{"a":1}\n{"a"'])), ['{"a":1}', '{"a"'], 'without stop it is')
})

t.test('splitLines: a limit that no string can reach is refused', async (t) => {
  t.throws(() => splitLines({ maxLineBytes: 2 ** 31 }), RangeError)
  t.throws(() => splitLines({ maxLineBytes: 0 }), RangeError)
})

t.test('splitLines: 20 MB lines in one-kilobyte chunks arrive whole', async (t) => {
  const piece = 'x'.repeat(1024)
  const chunks = function* () {
    for (let at = 0; at < 20_000; at++) yield piece
    yield '\nlast\n'
  }
  const { items } = await split(chunks())
  t.equal(items[0]?.text?.length, 20_000 * 1024)
  t.equal(items[1]?.text, 'last')
})

/** What the stage should do, over the whole input at once. */
function model(input: Buffer, maxLineBytes: number): unknown[] {
  const marked = input.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))
  const out: unknown[] = []
  let from = marked ? 3 : 0
  for (let line = 1; from < input.length; line++) {
    const feed = input.indexOf(10, from)
    const end = feed < 0 ? input.length : feed + 1
    let content = input.subarray(from, feed < 0 ? input.length : feed)
    if (content.at(-1) === 13) content = content.subarray(0, -1)
    if (content.length > maxLineBytes) out.push([line, end, 'line_too_long', sha256(content)])
    else if (!/^[\t-\r ]*$/.test(content.toString('latin1'))) out.push([line, end, ...decoded(content)])
    from = end
  }
  return out
}

function decoded(content: Buffer): unknown[] {
  try {
    return ['text', new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)]
  } catch {
    return ['invalid_utf8', content.toString('hex')]
  }
}

function told(item: Line | Reject): unknown[] {
  if (!(item instanceof Reject)) return [item.line, item.end, 'text', item.text]
  return [item.line, item.end, item.code, item.digest ?? item.bytes?.toString('hex')]
}

const fragment = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('\n', '\r\n', '\r', ' ', '\ufeff', 'é', '→', '😀', 'abc')
      .map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Buffer.from(text)) },
)

t.test('splitLines: any bytes, cut into any chunks, give the lines of a simple model', async (t) => {
  const input = fc.array(fragment, { maxLength: 40 }).map((parts) => Buffer.concat(parts))
  const cuts = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 })
  const property = fc.assert(
    fc.asyncProperty(input, cuts, fc.integer({ min: 1, max: 12 }), async (bytes, sizes, maxLineBytes) => {
      const { items } = await split(chunked(bytes, sizes), { maxLineBytes })
      assert.deepStrictEqual(items.map(told), model(bytes, maxLineBytes))
    }),
    { numRuns: runs(300) },
  )
  await t.resolves(property)
})

function* chunked(bytes: Buffer, sizes: number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = (sizes[turn % sizes.length] as number) + (turn % sizes.length === 0 ? 1 : 0)
    if (size > 0) yield bytes.subarray(at, at + size)
    at += size
  }
}
