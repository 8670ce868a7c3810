import t from 'tap'
import { expectationFor, readExpectations } from '../../../lib/monitor/expect/expectations.ts'
import { judgeExpectations } from '../../../lib/monitor/expect/judgeExpectations.ts'

const read = (text: string) => readExpectations([{ name: 'expect', origin: 'e.yaml', text }])

t.test('expectations are read with their durations, and the most specific pattern holds', async (t) => {
  const some = await read(`expect:
  "*": {every: 7d}
  "Art*": {every: 24h, grace: 2h, verify: 7d, rehearse: 30d}
  article: {every: 1h, target: prod}
`)
  t.match(expectationFor(some, 'Article'), {
    pattern: 'article',
    everyMs: { backup: 3_600_000 },
    target: 'prod',
  })
  t.match(expectationFor(some, 'Artist'), {
    pattern: 'Art*',
    everyMs: { backup: 86_400_000, verify: 604_800_000, rehearse: 2_592_000_000 },
    graceMs: 7_200_000,
  })
  t.match(expectationFor(some, 'Other'), { pattern: '*' })
  t.strictSame(await readExpectations([]), [])
  t.equal(expectationFor([], 'Other'), undefined)
})

t.test('what is no expectation is refused with its place', async (t) => {
  const cases: readonly [string, RegExp][] = [
    ['expect:\n  A: {every: soon}\n', /^e\.yaml:2:\d+: every of A is not a duration/],
    ['expect:\n  A: {every: "24"}\n', /not a duration/],
    ['expect:\n  A: {evry: 24h}\n', /unknown key evry/],
    ['expect:\n  A: {grace: 2h}\n', /expects nothing/],
    ['expect:\n  "A[": {every: 1h}\n  "@(x)*": {every: 1h}\n', /e\.yaml:3:\d+: .*parentheses/],
  ]
  for (const [text, message] of cases) await t.rejects(read(text), { code: 'ELYSIA_USAGE', message }, text)
})

const NOW = Date.parse('2026-11-24T12:00:00Z')

t.test('what never was, and what is late, is missed though nothing ran', async (t) => {
  const some = await read(`expect:
  Never: {every: 24h}
  Late: {every: 24h, grace: 2h}
  Fine: {every: 24h, grace: 2h, verify: 1d}
`)
  const times: Readonly<Record<string, string>> = {
    'backup Late': '2026-11-23T09:59:00.000Z',
    'backup Fine': '2026-11-23T10:01:00.000Z',
    'verify Fine': '2026-11-24T00:00:00.000Z',
  }
  const judged = judgeExpectations(
    some,
    {
      collections: ['Fine', 'Late', 'Alone'],
      lastMs: (what, name) => {
        const time = times[`${what} ${name}`]
        return time === undefined ? undefined : Date.parse(time)
      },
    },
    NOW,
  )
  t.match(judged.missed, [
    { collection: 'Late', what: 'backup', late_seconds: 7260, due_at: '2026-11-24T09:59:00.000Z' },
    { collection: 'Never', what: 'backup', late_seconds: 0, expectation: 'Never' },
  ])
  t.notHas(judged.missed[1], 'last_success_at')
  t.strictSame(judged.uncovered, ['Alone'])
  t.equal(judged.expected.length, 4)
})

t.test("a project's file adds to what one's own expects, and takes nothing from it", async (t) => {
  const section = (text: string) => ({ name: 'expect', origin: 'e.yaml', text }) as const
  const own = section('expect: {"Art*": {every: 1d}}')
  const expectations = await readExpectations([
    own,
    section('expect: {Article: {every: 900d}, Log: {every: 2d}}'),
  ])
  t.match(expectationFor(expectations, 'Article'), { pattern: 'Art*' })
  t.match(expectationFor(expectations, 'Log'), { pattern: 'Log' })
})
