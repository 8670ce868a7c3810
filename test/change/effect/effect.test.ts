import { deepStrictEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Effect, effectReader } from '../../../lib/change/effect/effect.ts'
import { shortenLine } from '../../../lib/change/effect/shortenLine.ts'
import { itemMaker } from '../../../lib/change/operations.ts'
import { validateLine } from '../../../lib/change/validate.ts'
import type { Item } from '../../../lib/core/entry.ts'
import { Reject } from '../../../lib/core/reject.ts'
import { decodeLine } from '../../../lib/stream/lines/lineCutter.ts'
import { parseLine } from '../../../lib/stream/parseJson.ts'
import { tried } from '../../runs.ts'

const raw = (text: string | Buffer) => ({ line: 1, end: 1, bytes: Buffer.from(text as string) })
const itemOf = itemMaker()
const effectOf = effectReader()

/** The effect that the operation of a line says. */
function expectedOf(item: Item): Effect {
  if (item instanceof Reject || item.operation === undefined) return { kind: 'none', ids: [] }
  const { operation, skipped } = item
  if (operation.kind === 'move') return { kind: 'move', ids: [operation.from, operation.to] }
  if (operation.kind !== 'delete') return { kind: operation.kind, ids: [operation.id] }
  if (operation.ids.length === 0) return { kind: 'none', ids: [] }
  return { kind: skipped === undefined ? 'remove' : 'skip', ids: operation.ids }
}

const path = fc.constantFrom('a', 'b', 'ä', 'content', 'a","content":"b', '\\', 'half \ud800')
const long = fc
  .array(
    fc.constantFrom('\n', '\t', '"', '\\', 'x', 'straße', '😀', '\u0001', ',"content":"', '{', '\ud800'),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join('').repeat(60))

const record = fc.record(
  {
    repo: fc.constantFrom('A', 'ß'),
    op: fc.constantFrom('add', 'modify', 'delete', 'rename', 'other'),
    path,
    new_path: path,
    content: fc.oneof(long, fc.constant(null), fc.constant(5)),
    content_base64: fc.constantFrom('AP8=', 'YQ==', 'no'),
    skip_index: fc.boolean(),
    metadata: fc.oneof(fc.record({ content: long }), fc.constant([])),
    new_changeset: fc.constantFrom(null, { commit: 'c' }),
  },
  { requiredKeys: ['repo', 'op', 'path'] },
)

/** The line of a record: as it comes, with its keys the other way round, with escapes for all that is not ASCII, or damaged. */
const line = fc.tuple(record, fc.integer({ min: 0, max: 5 }), fc.nat()).map(([value, form, at]) => {
  const entries = Object.entries(value)
  const text = JSON.stringify(Object.fromEntries(form === 1 ? entries.reverse() : entries))
  if (form === 2)
    return Buffer.from(
      text.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    )
  const bytes = Buffer.from(text)
  if (form === 3) bytes[at % bytes.length] = at % 256
  if (form === 4) return bytes.subarray(0, at % bytes.length)
  if (form === 5) return Buffer.from(text.replace('"content"', `"content":"${'y'.repeat(3000)}","content"`))
  return bytes
})

t.test('the effect of a line is that of the operation which an ingest makes of it', async (t) => {
  let [cut, whole] = [0, 0]
  const property = fc.property(line, (bytes) => {
    const full = itemOf(validateLine(parseLine(decodeLine(raw(bytes)))))
    deepStrictEqual(effectOf(raw(bytes)), expectedOf(full))
    if (shortenLine(raw(bytes)) === undefined) whole += 1
    else cut += 1
  })
  fc.assert(property, tried(4000))
  t.ok(cut > 300 && whole > 300, `${cut} lines were looked at without their content, ${whole} as they are`)
})

t.test('a long line without its content is a valid record exactly if the line is', async () => {
  const property = fc.property(line, (bytes) => {
    const short = shortenLine(raw(bytes))
    if (short === undefined) return
    const verdict = (item: ReturnType<typeof parseLine>) => {
      const valid = validateLine(item)
      return valid instanceof Reject ? valid.code : 'valid'
    }
    equal(verdict(parseLine(short)), verdict(parseLine(decodeLine(raw(bytes)))))
  })
  fc.assert(property, tried(4000))
})
