import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import type { RetentionOptionsInput } from '../../../lib/catalog/retention/options.ts'
import { planRetention } from '../../../lib/catalog/retention/plan.ts'
import { candidate, policy } from './candidates.ts'

const GOLDEN = new URL('../golden/', import.meta.url)

type CandidateInput = Parameters<typeof candidate>[0]

/** A golden case: what is there, and the plan that the rules give, derived by hand. */
interface Golden {
  readonly why: string
  readonly now: string
  readonly options: RetentionOptionsInput
  readonly filtered?: boolean
  readonly archives: readonly CandidateInput[]
  readonly others?: readonly CandidateInput[]
  readonly error?: string
  readonly groups?: readonly unknown[]
}

function planOf({ now, options, archives, others = [], filtered = false }: Golden) {
  const beside = { others: others.map(candidate), filtered }
  const groups = planRetention(archives.map(candidate), policy(options), Date.parse(now), beside)
  return groups.map(({ key, keep, remove, warnings }) => ({
    key,
    keep: keep.map(({ archive, reasons, counters }) =>
      counters === undefined ? [archive.id, reasons] : [archive.id, reasons, counters],
    ),
    remove: remove.map(({ archive, reasons }) => [archive.id, reasons]),
    warnings,
  }))
}

for (const file of readdirSync(GOLDEN).sort()) {
  const golden = JSON.parse(readFileSync(new URL(file, GOLDEN), 'utf8')) as Golden
  t.test(`${file}: ${golden.why}`, async (t) => {
    if (golden.error !== undefined) return t.throws(() => planOf(golden), { code: golden.error })
    t.strictSame(planOf(golden), golden.groups)
  })
}

t.test('options that are none are refused', async (t) => {
  for (const [input, message] of [
    [{ olderThan: '30' }, /olderThan/],
    [{ olderThan: '2w' }, /olderThan/],
    [{ olderThan: '3d3d' }, /olderThan: 3d3d/],
    [{ keepWithin: '' }, /keepWithin/],
    [{ keepDaily: '-2' }, /keepDaily/],
    [{ groupBy: 'colection' }, /--group-by colection/],
    [{ failedAfter: '1' }, /failedAfter/],
  ] as const) {
    t.throws(
      () => policy(input as RetentionOptionsInput),
      { code: 'ELYSIA_USAGE', message },
      JSON.stringify(input),
    )
  }
})
