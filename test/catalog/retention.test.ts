import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { type Candidate, planRetention } from '../../lib/catalog/retention.ts'
import type { RetentionGiven } from '../../lib/catalog/retentionOptions.ts'
import { ARCHIVE_STATUSES } from '../../lib/catalog/status.ts'
import { candidate, keptIds, policy, removedIds } from './candidates.ts'

const GOLDEN = new URL('golden/', import.meta.url)

type Given = Parameters<typeof candidate>[0]

/** A golden case: what is there, and the plan that the rules give, derived by hand. */
interface Golden {
  readonly why: string
  readonly now: string
  readonly options: RetentionGiven
  readonly filtered?: boolean
  readonly archives: readonly Given[]
  readonly others?: readonly Given[]
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
  for (const [given, message] of [
    [{ olderThan: '30' }, /olderThan/],
    [{ olderThan: '2w' }, /olderThan/],
    [{ olderThan: '3d3d' }, /--older-than 3d3d/],
    [{ keepWithin: '' }, /keepWithin/],
    [{ keepDaily: '-2' }, /keepDaily/],
    [{ groupBy: 'colection' }, /--group-by colection/],
    [{ failedAfter: '1' }, /failedAfter/],
  ] as const) {
    t.throws(() => policy(given as RetentionGiven), { code: 'ELYSIA_USAGE', message }, JSON.stringify(given))
  }
})

const NOW = Date.parse('2026-06-15T12:00:00Z')

const moments = fc.integer({ min: NOW - 900 * 86_400_000, max: NOW })

const archives = fc
  .array(
    fc.record({
      time: moments,
      status: fc.constantFrom(...ARCHIVE_STATUSES, 'complete', 'complete', 'complete', 'complete'),
      collection: fc.constantFrom('A', 'B'),
      tags: fc.subarray(['x', 'y']),
      pinned: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      damaged: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      parent: fc.option(fc.nat(30), { nil: undefined }),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ parent, time, ...one }, index): Candidate => {
      // A base is one that was there before: of a lower index.
      const base = parent !== undefined && parent < index ? { parent: `id-${parent}` } : {}
      return { id: `id-${index}`, cluster: 'c', tenant: '', ...one, time, ...base }
    }),
  )

const count = fc.constantFrom(undefined, '1', '2', '5', 'unlimited')
const stretch = fc.constantFrom(undefined, '1d', '7d12h', '1m', '1y2m')
const options = fc
  .record({
    olderThan: stretch,
    keepLast: count,
    keepHourly: count,
    keepDaily: count,
    keepWeekly: count,
    keepMonthly: count,
    keepYearly: count,
    keepWithin: stretch,
    keepWithinDaily: stretch,
    keepWithinMonthly: stretch,
    groupBy: fc.constantFrom('none', 'collection', 'collection,tags', 'cluster,collection,tenant'),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)))
  .filter((all) => Object.keys(all).length > 1) as fc.Arbitrary<RetentionGiven>

t.test('a plan is a partition of what is not deleted yet', async () => {
  fc.assert(
    fc.property(archives, options, (all, given) => {
      const groups = planRetention(all, policy(given), NOW)
      const planned = [...keptIds(groups), ...removedIds(groups)].sort()
      const there = all.filter(({ status }) => status !== 'deleted').map(({ id }) => id)
      return JSON.stringify(planned) === JSON.stringify(there.sort())
    }),
    { numRuns: 1000 },
  )
})

t.test('the newest complete archive of a group, pinned and running ones are never removed', async () => {
  fc.assert(
    fc.property(archives, options, (all, given) => {
      for (const { keep, remove } of planRetention(all, policy(given), NOW)) {
        const sound = [...keep, ...remove].map(({ archive }) => archive)
        const newest = sound
          .filter(({ status, damaged }) => status === 'complete' && !damaged)
          .sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1))[0]
        const gone = remove.map(({ archive }) => archive)
        if (newest !== undefined && gone.includes(newest)) return false
        if (gone.some(({ status, pinned }) => status !== 'deleting' && (pinned || status === 'running')))
          return false
      }
      return true
    }),
    { numRuns: 1000 },
  )
})

t.test('nothing that stays is left without its base', async () => {
  fc.assert(
    fc.property(archives, options, (all, given) => {
      const groups = planRetention(all, policy(given), NOW)
      const removed = new Set(removedIds(groups))
      const going = new Set(all.filter(({ status }) => status === 'deleting').map(({ id }) => id))
      const kept = groups.flatMap(({ keep }) => keep.map(({ archive }) => archive))
      return kept.every(({ parent }) => parent === undefined || going.has(parent) || !removed.has(parent))
    }),
    { numRuns: 1000 },
  )
})

t.test('after a removal the same plan removes nothing more', async () => {
  fc.assert(
    fc.property(archives, options, (all, given) => {
      const removed = new Set(removedIds(planRetention(all, policy(given), NOW)))
      const left = all.filter(({ id }) => !removed.has(id))
      return removedIds(planRetention(left, policy(given), NOW)).length === 0
    }),
    { numRuns: 1000 },
  )
})

t.test('the order of the archives does not matter', async () => {
  fc.assert(
    fc.property(archives, options, fc.infiniteStream(fc.nat()), (all, given, draws) => {
      const shuffled = all.map((one) => ({ one, at: draws.next().value })).sort((a, b) => a.at - b.at)
      const plans = [all, shuffled.map(({ one }) => one)].map((one) => planRetention(one, policy(given), NOW))
      return JSON.stringify(plans[0]) === JSON.stringify(plans[1])
    }),
    { numRuns: 500 },
  )
})
