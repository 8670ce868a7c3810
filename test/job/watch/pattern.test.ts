import { matchesGlob } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { namePattern } from '../../../lib/file/namePattern.ts'
import { numberedName, suffixedName } from '../../../lib/job/watch/fileName.ts'
import { processorMs } from '../../processor.ts'
import { runs } from '../../runs.ts'

t.test('a pattern means what it means to a shell', async (t) => {
  const fits = (pattern: string, ...names: string[]) => names.filter(namePattern(pattern))
  const names = [
    'a.jsonl',
    'b.jsonl',
    'ab.jsonl',
    '.a.jsonl',
    'a.jsonl.zst',
    'é.jsonl',
    '😀.jsonl',
    '[x].jsonl',
  ]
  t.same(fits('*.jsonl', ...names), ['a.jsonl', 'b.jsonl', 'ab.jsonl', 'é.jsonl', '😀.jsonl', '[x].jsonl'])
  t.same(fits('?.jsonl', ...names), ['a.jsonl', 'b.jsonl', 'é.jsonl', '😀.jsonl'])
  t.same(fits('.*', ...names), ['.a.jsonl'])
  t.same(fits('[ab].jsonl', ...names), ['a.jsonl', 'b.jsonl'])
  t.same(fits('[!a-y].jsonl', ...names), ['é.jsonl', '😀.jsonl'])
  t.same(fits('*.{jsonl,jsonl.zst}', 'a.jsonl', 'a.jsonl.zst', 'a.json'), ['a.jsonl', 'a.jsonl.zst'])
  t.same(fits('{a,b{c,d}}{1,2}', 'a1', 'bc2', 'bd1', 'b1', 'a3'), ['a1', 'bc2', 'bd1'])
  t.same(fits('\\*.jsonl', '*.jsonl', 'a.jsonl'), ['*.jsonl'])
  t.same(fits('\\[x\\].jsonl', ...names), ['[x].jsonl'])
  t.same(fits('a[', 'a[', 'a'), ['a['])
  t.same(fits('{a}', '{a}', 'a'), ['{a}'])
  t.same(fits('a\\', 'a\\'), ['a\\'])
})

t.test('as Node has it, where both know a pattern', async (t) => {
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', '.', '-', '*', '?', '[ab]', '[!a]', '{a,bb}'),
    maxLength: 7,
  })
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), minLength: 1, maxLength: 8 })
  const same = fc.property(pattern, name, (pattern, name) => {
    // Names that no file has, and what minimatch makes of two stars in a row and of classes at a dot.
    fc.pre(!/^\.\.?$/.test(name) && !pattern.includes('**') && pattern !== '' && !name.startsWith('.'))
    return namePattern(pattern)(name) === matchesGlob(name, pattern)
  })
  t.doesNotThrow(() => fc.assert(same, { numRuns: runs(500) }))
})

t.test('a pattern of many stars takes no time, whatever the name', async (t) => {
  const matches = namePattern(`${'*-'.repeat(100)}*.jsonl`)
  const names = Array.from({ length: 100 }, (_, index) => `${'-'.repeat(248 - index)}.jsonx`)
  const forHundred = processorMs(() => t.notOk(names.some(matches)))
  t.ok(forHundred < 2000, `${forHundred} ms`)
  t.ok(matches(`${'-'.repeat(100)}.jsonl`))
})

t.test('a pattern that cannot be meant is refused', async (t) => {
  for (const pattern of [
    'x'.repeat(256),
    '@(a|b)',
    '!(a)',
    'sub/*.jsonl',
    '{a,b}'.repeat(7),
    '{a,b}'.repeat(50),
  ])
    t.throws(() => namePattern(pattern), { code: 'ELYSIA_USAGE' }, pattern)
})

t.test('names that are made fit into a file system, and are text', async (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '.', '-'), minLength: 1, maxLength: 255 })
  const whole = fc.property(text, fc.nat(99_999), (name, attempt) => {
    const made = [suffixedName(name, '.rejects.jsonl'), ...(attempt > 0 ? [numberedName(name, attempt)] : [])]
    return made.every((one) => Buffer.byteLength(one) <= 255 && one.isWellFormed() && one !== name)
  })
  t.doesNotThrow(() => fc.assert(whole, { numRuns: runs(500) }))
  t.equal(numberedName('a.jsonl', 0), 'a.jsonl')
  t.equal(numberedName('a.jsonl', 2), 'a-2.jsonl')
})
