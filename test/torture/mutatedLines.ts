/** Lines of other stores, and what chance makes of them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../lib/core/object.ts'

export const FIXTURES = fileURLToPath(new URL('../../fixtures/other-stores/', import.meta.url))

/** A form, and the fixture that has its lines. */
export interface LineForm {
  readonly file: string
  readonly shape: string
  /** False if a line may hold several records. */
  readonly isOneEach: boolean
  /** Where the ids are, if the form does not say. */
  readonly idFrom?: string
}

const form = (file: string, shape: string, isOneEach = true): LineForm => ({ file, shape, isOneEach })

export const LINE_FORMS: readonly LineForm[] = [
  form('elasticdump.jsonl', 'elasticdump'),
  { ...form('flat.jsonl', 'flat'), idFrom: 'isbn,year' },
  form('graphql.jsonl', 'weaviate', false),
  form('langchain.jsonl', 'langchain'),
  form('milvus.jsonl', 'milvus'),
  form('mongo.jsonl', 'mongo'),
  form('opensearch.jsonl', 'opensearch', false),
  form('pinecone.jsonl', 'pinecone'),
  form('python-client.jsonl', 'python-client'),
  form('qdrant-named.jsonl', 'qdrant'),
  form('qdrant-scroll.jsonl', 'qdrant', false),
  form('qdrant.jsonl', 'qdrant'),
  form('ts-client.jsonl', 'ts-client'),
]

type Draw = () => number

const MOST_LINES = 40
const NESTED = 600
/** The share of the lines that are changed. */
const CHANGED = 0.4

/** Numbers as texts of JSON: beyond every type, at its edge, and no numbers at all. */
const NUMBERS = [
  '1e999',
  '-1e999',
  '1e-400',
  '-0',
  '-0.0',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775809',
  '123456789012345678901234567890',
  '0.1234567890123456789',
  '3.5e38',
  'NaN',
  'Infinity',
  '0x10',
  '01',
]

/** Values of every type, in the place of another. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  '',
  'text',
  '\u0000',
  '\ud800',
  '2024-13-45T99:99:99Z',
  'x'.repeat(70_000),
  [],
  [null],
  [[1, 2], [3]],
  ['a', 1, null, {}],
  {},
  { '': 1 },
  { __proto__: null, constructor: 1, 'a b': 2, a_b: 3 },
  Array.from({ length: 2000 }, (_, n) => n),
]

/** A file of lines of a form: the first is whole, each other one is whole or changed in one or two ways. */
export function mutatedLines({ file }: LineForm, draw: Draw): Buffer {
  const whole = readFileSync(join(FIXTURES, file), 'utf8').trimEnd().split('\n')
  const count = 2 + Math.floor(draw() * MOST_LINES)
  const lines = Array.from({ length: count }, (_, n) => {
    const line = whole[n % whole.length]!
    if (n === 0 || draw() > CHANGED) return Buffer.from(draw() < 0.5 ? line : renumbered(line, draw))
    const once = mutated(line, draw)
    return draw() < 0.3 ? bytesChanged(once, draw) : once
  })
  const end = draw() < 0.1 ? '\r\n' : '\n'
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from(draw() < 0.05 ? `${end}${end}` : end)]))
}

/** The same line under another id, so that not all of them are the same object. */
function renumbered(line: string, draw: Draw): string {
  const digits = Math.floor(draw() * 1e6).toString(16)
  return line.replaceAll(/[0-9a-f](?=-[0-9a-f]{4}-[0-9a-f]{4}-)/g, digits.at(-1) ?? '0')
}

function mutated(line: string, draw: Draw): Buffer {
  const kind = draw()
  if (kind < 0.2) return bytesChanged(Buffer.from(line), draw)
  if (kind < 0.4) return Buffer.from(numberChanged(line, draw))
  if (kind < 0.45) return Buffer.from(`${'{"a":'.repeat(NESTED)}1${'}'.repeat(NESTED)}`)
  if (kind < 0.5) return Buffer.from(line.slice(0, Math.floor(draw() * line.length)))
  const value = JSON.parse(line) as JsonObject
  const places = placesIn(value)
  const [holder, key] = places[Math.floor(draw() * places.length)]!
  changeAt(holder, key, draw)
  return Buffer.from(JSON.stringify(value))
}

type Holder = Record<string | number, unknown>

/** Every object and array in a value with each of its keys. */
function placesIn(value: object): [Holder, string | number][] {
  const holder = value as Holder
  return Object.keys(value).flatMap((key): [Holder, string | number][] => {
    const inner = holder[key]
    const deeper = typeof inner === 'object' && inner !== null ? placesIn(inner) : []
    return [[holder, key], ...deeper]
  })
}

function changeAt(holder: Holder, key: string | number, draw: Draw): void {
  const kind = draw()
  if (kind < 0.3) delete holder[key]
  else if (kind < 0.4) {
    holder[`${key}${draw() < 0.5 ? ' ' : '_x'}`] = holder[key]
    delete holder[key]
  } else if (kind < 0.5) holder[key] = deep(holder[key])
  else if (kind < 0.6) holder[key] = [holder[key], holder[key]]
  else holder[key] = VALUES[Math.floor(draw() * VALUES.length)]
}

function deep(value: unknown): unknown {
  let nested = value
  for (let level = 0; level < 40; level++) nested = level % 2 === 0 ? { inner: nested } : [nested]
  return nested
}

function numberChanged(line: string, draw: Draw): string {
  const numbers = [...line.matchAll(/(?<=[:[,]\s*)-?\d+(\.\d+)?(?=\s*[,\]}])/g)]
  const one = numbers[Math.floor(draw() * numbers.length)]
  if (one === undefined) return line
  const other = NUMBERS[Math.floor(draw() * NUMBERS.length)]!
  return line.slice(0, one.index) + other + line.slice(one.index + one[0].length)
}

/** Some bytes flipped, dropped, doubled or put in, line feeds excepted: they would make other lines. */
function bytesChanged(line: Buffer, draw: Draw): Buffer {
  const at = Math.floor(draw() * line.length)
  const length = 1 + Math.floor(draw() * 8)
  const [head, piece, tail] = [
    line.subarray(0, at),
    line.subarray(at, at + length),
    line.subarray(at + length),
  ]
  const byte = Math.floor(draw() * 256)
  const kind = draw()
  const changed =
    kind < 0.4
      ? [head, piece.map((old, n) => (n === 0 ? old ^ byte : old)), tail]
      : kind < 0.6
        ? [head, tail]
        : kind < 0.8
          ? [head, piece, piece, tail]
          : [head, Buffer.alloc(length, byte), piece, tail]
  return Buffer.concat(changed).map((one) => (one === 0x0a || one === 0x0d ? 0x20 : one)) as Buffer
}
