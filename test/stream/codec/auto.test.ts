import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { autoCompression } from '../../../lib/stream/codec/auto.ts'
import { COMPRESSIONS } from '../../../lib/stream/codec/compressions.ts'

const MiB = 1024 * 1024
const LARGE = 500 * MiB

/** Lines made by `make` until there are a million bytes. */
function sampleOf(make: () => unknown): Buffer {
  const lines: string[] = []
  for (let length = 0; length < MiB; length += lines.at(-1)!.length) lines.push(`${JSON.stringify(make())}\n`)
  return Buffer.from(lines.join('')).subarray(0, MiB)
}

/** Of numbers between -1 and 1, as embeddings have them. */
function vector(dimensions: number): Float32Array {
  return Float32Array.from({ length: dimensions }, () => Math.random() - Math.random())
}
const base64 = (floats: Float32Array) => Buffer.from(floats.buffer).toString('base64')

const source = readFileSync(new URL('../../../fixtures/quick-start.jsonl', import.meta.url))

t.test('autoCompression: what is small is gzip, whatever it is', async (t) => {
  for (const sample of [Buffer.alloc(0), source.subarray(0, 5000), randomBytes(5000)]) {
    t.match(autoCompression(sample, 5000), {
      name: 'gzip',
      level: 6,
      reason: 'about 4.9 KiB in all: gzip, which any tool opens',
    })
  }
})

t.test('autoCompression: source text is zstd at level 3', async (t) => {
  const { name, level, reason } = autoCompression(source, LARGE)
  t.strictSame({ name, level }, { name: 'zstd', level: 3 })
  t.match(reason, /^sample of 1 MiB shrinks to \d+ %: zstd level 3$/)
})

t.test('autoCompression: vectors, which no level shrinks further, are zstd at level 1', async (t) => {
  const inBase64 = sampleOf(() => ({ id: randomUUID(), vector: base64(vector(1536)) }))
  t.match(autoCompression(inBase64, LARGE), {
    name: 'zstd',
    level: 1,
    reason: /shrinks to [67]\d %: zstd level 1/,
  })
  const asNumbers = sampleOf(() => ({ id: randomUUID(), vector: [...vector(384)] }))
  t.match(autoCompression(asNumbers, LARGE), { name: 'zstd', level: 1 })
})

t.test('autoCompression: text and vectors together are zstd', async (t) => {
  let at = 0
  const mixed = sampleOf(() => {
    const text = source.toString('latin1', at, at + 700)
    at += 700
    return { text, vector: base64(vector(384)) }
  })
  t.match(autoCompression(mixed, LARGE), { name: 'zstd', reason: /shrinks to [3-7]\d %/ })
})

t.test('autoCompression: noise is left as it is', async (t) => {
  t.strictSame(autoCompression(randomBytes(2 * MiB), LARGE), {
    name: 'none',
    reason: 'sample of 1 MiB shrinks to 100 %: not worth compressing',
  })
})

t.test(
  'autoCompression: without a sample it takes the usual, and each choice is one that there is',
  async (t) => {
    t.strictSame(autoCompression(Buffer.alloc(0), LARGE), {
      name: 'zstd',
      level: 3,
      reason: 'no sample: zstd level 3',
    })
    for (const total of [0, 1, LARGE]) {
      const { name, level } = autoCompression(source, total)
      const { min, max } = COMPRESSIONS[name].levels!
      t.ok(level! >= min && level! <= max)
    }
  },
)
