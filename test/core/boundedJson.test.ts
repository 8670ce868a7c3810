import fc from 'fast-check'
import t from 'tap'
import { JsonTooComplex, parseBounded, requireBounded } from '../../lib/core/boundedJson.ts'
import { CHARACTERS } from '../characters.ts'
import { runs } from '../runs.ts'

/** Depth and nodes of a value, by a walk with a list of its own. */
function measured(root: unknown): { depth: number; nodes: number } {
  let [depth, nodes] = [0, 0]
  const open: [unknown, number][] = [[root, 1]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, level] = next
    if (typeof value !== 'object' || value === null) continue
    depth = Math.max(depth, level)
    nodes += 1 + (Array.isArray(value) ? 0 : Object.keys(value).length)
    for (const inner of Object.values(value)) open.push([inner, level + 1])
  }
  return { depth, nodes }
}

function refuses(text: string, depth: number, nodes: number): boolean {
  try {
    requireBounded(text, { depth, nodes })
    return false
  } catch (error) {
    if (error instanceof JsonTooComplex) return true
    throw error
  }
}

t.test(
  'a text is refused where its value is deeper or has more nodes than the bounds, else never',
  async (t) => {
    const value = fc.jsonValue({ maxDepth: 6, stringUnit: CHARACTERS })
    const property = fc.property(
      value,
      fc.nat(8),
      fc.nat(30),
      fc.constantFrom(undefined, 1),
      (value, d, n, indent) => {
        // Characters of structure inside strings and keys count for nothing.
        const held = { 'a"[{:\\': ['\\"[[[', value], b: 'x"\\' }
        const { depth, nodes } = measured(held)
        const text = JSON.stringify(held, null, indent).padEnd(1_000)
        if (refuses(text, d, n) !== (depth > d || nodes > n))
          throw new Error(`${depth} > ${d}, ${nodes} > ${n}?`)
      },
    )
    t.doesNotThrow(() => fc.assert(property, { numRuns: runs(500) }))
  },
)

t.test('what nests too deep costs no memory, at any length', async (t) => {
  const before = process.memoryUsage().rss
  for (const unit of ['[', '{"a":', '[{"a":']) {
    const text = unit.repeat(Math.floor((20 * 2 ** 20) / unit.length))
    t.throws(() => parseBounded(text), { message: /nests deeper than 500 levels/ })
  }
  t.throws(() => parseBounded(`[${'{},'.repeat(5_000_000)}0]`), { message: /more than 2,000,000 keys/ })
  t.throws(() => parseBounded(`{${'"":0,'.repeat(4_000_000)}"":0}`), { message: /more than 2,000,000 keys/ })
  const grown = (process.memoryUsage().rss - before) / 2 ** 20
  t.ok(grown < 160, `${Math.round(grown)} MiB more`)
})

t.test('values beside others are bounded too, where they are no vector of a million numbers', async (t) => {
  t.equal((parseBounded(`[${'0.123456789,'.repeat(1_000_000)}1]`) as number[]).length, 1_000_001)
  const before = process.memoryUsage().rss
  const many = `[${'1,'.repeat(8_000_001)}1]`
  t.throws(() => parseBounded(many), { message: /more than 8,000,000 values/ })
  t.ok(process.memoryUsage().rss - before < 100 * 2 ** 20)
  const three = '[1,",,,",3]'.padEnd(1_000)
  requireBounded(three, { depth: 9, nodes: 9, values: 2 })
  t.throws(() => requireBounded(three, { depth: 9, nodes: 9, values: 1 }), { message: /more than 1 values/ })
})

t.test('what is deep, but not too deep, is parsed; what is no JSON is a SyntaxError', async (t) => {
  const deep = '['.repeat(500) + ']'.repeat(500)
  t.same(JSON.stringify(parseBounded(deep)), deep)
  t.throws(() => parseBounded(`[${deep}]`), { message: /nests deeper/ })
  for (const text of ['', '[', '"', '"\\', `${' '.repeat(2_000)}"abc`])
    t.throws(() => parseBounded(text), SyntaxError)
})
