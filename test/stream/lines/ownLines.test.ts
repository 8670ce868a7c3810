import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import split2 from 'split2'
import t from 'tap'
import { Reject } from '../../../lib/core/reject.ts'
import { type OwnLinesOptions, ownLines } from '../../../lib/stream/lines/ownLines.ts'
import { splitLines } from '../../../lib/stream/lines/splitLines.ts'
import { CHARACTERS } from '../../characters.ts'

class TooLong extends Error {}

const failure = (fact: string, cause: unknown) => new TooLong(fact, { cause })

async function linesOf(chunks: Iterable<Uint8Array>, options: Partial<OwnLinesOptions> = {}) {
  return Readable.from(ownLines(Readable.from(chunks), { failure, ...options })).toArray()
}

t.test('lines that we wrote come back, blank ones and a CR among them, in any chunks', async (t) => {
  const line = fc.string({ unit: CHARACTERS }).filter((text) => !text.includes('\n'))
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.nat(), async (lines, size) => {
      const text = Buffer.from(lines.map((one) => `${one}\n`).join(''))
      const chunks = []
      for (let at = 0; at < text.length; at += 1 + (size % 40)) {
        chunks.push(text.subarray(at, at + 1 + (size % 40)))
      }
      t.strictSame(await linesOf(chunks), lines)
      t.strictSame(await linesOf(chunks, { whole: true }), lines)
    }),
    { numRuns: 50 },
  )
})

t.test('a last line that a kill cut short is left out where whole lines are asked for', async (t) => {
  const cut = [Buffer.from('a\nb\nhalf'), Buffer.from(' a line')]
  t.strictSame(await linesOf(cut, { whole: true }), ['a', 'b'])
  t.strictSame(await linesOf(cut), ['a', 'b', 'half a line'])
  t.strictSame(await linesOf([Buffer.from('half')], { whole: true }), [])
  t.strictSame(await linesOf([], { whole: true }), [])
})

t.test('a line that is too long is the error of its reader, not a bare one', async (t) => {
  const long = [Buffer.from('a\n'), Buffer.from('x'.repeat(11))]
  await t.rejects(linesOf(long, { maxLength: 10 }), new TooLong('has a line of more than 10 characters'))
})

t.test('a long line in small pieces takes time in proportion to its length', async (t) => {
  const pieces = Array.from({ length: 8 * 1024 }, () => Buffer.alloc(1024, 'x'))
  const begun = performance.now()
  const lines = await linesOf([...pieces, Buffer.from('\nlast')])
  t.strictSame(
    lines.map(({ length }) => length),
    [8 * 1024 * 1024, 4],
  )
  // It took 70 s where each piece was looked through with all before it.
  t.ok(performance.now() - begun < 5000)
})

t.test('an error of the input stays what it is, and one who stops early ends the input', async (t) => {
  const broken = new Readable({ read: () => {} })
  queueMicrotask(() => broken.destroy(new RangeError('the disk')))
  await t.rejects(Readable.from(ownLines(broken, { failure })).toArray(), new RangeError('the disk'))

  const input = Readable.from([Buffer.from('a\nb\n'), Buffer.from('c\n')])
  for await (const line of ownLines(input, { failure })) {
    t.equal(line, 'a')
    break
  }
  t.ok(input.destroyed)
})

t.test(
  'why the lines of others are not for split2: what is no UTF-8 it alters, and says nothing',
  async (t) => {
    const bad = Buffer.from([0x7b, 0xff, 0x7d, 0x0a])
    t.strictSame(await Readable.from([bad]).pipe(split2('\n')).toArray(), ['{�}'])
    const [kept] = await Readable.from([bad]).compose(splitLines()).toArray()
    t.ok(kept instanceof Reject)
    t.match(kept, { line: 1, code: 'invalid_utf8', bytes: bad.subarray(0, 3) })
  },
)

t.test('nor its lines that are too long: it drops them, or ends without a word about which', async (t) => {
  const chunks = () => Readable.from([Buffer.from('a\n'), Buffer.from('x'.repeat(50)), Buffer.from('x\nb\n')])
  t.strictSame(
    await chunks()
      .pipe(split2('\n', { maxLength: 10, skipOverflow: true } as split2.Options))
      .toArray(),
    ['a', 'b'],
    'the line is gone',
  )
  await t.rejects(pipeline(chunks(), split2('\n', { maxLength: 10 }), buffer), { message: /maximum buffer/ })
  const kept = await chunks()
    .compose(splitLines({ maxLineBytes: 10 }))
    .toArray()
  t.match(kept, [{ text: 'a' }, { line: 2, code: 'line_too_long' }, { text: 'b' }])
})
