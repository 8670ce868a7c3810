import fc from 'fast-check'
import t from 'tap'
import {
  type Coverage,
  coverageKey,
  coverageOf,
  covers,
  isWhole,
} from '../../../lib/catalog/retention/coverage.ts'
import type { RetentionOptionsInput } from '../../../lib/catalog/retention/options.ts'
import { type Candidate, type GroupPlan, planRetention } from '../../../lib/catalog/retention/plan.ts'
import { ARCHIVE_STATUSES } from '../../../lib/catalog/status.ts'
import { parsePeriod, periodBefore } from '../../../lib/core/duration.ts'
import { runs } from '../../runs.ts'
import { keptIds, policy, removedIds } from './candidates.ts'

const NOW = Date.parse('2026-06-15T12:00:00Z')

const moments = fc.integer({ min: NOW - 900 * 86_400_000, max: NOW })

const TENANTS = ['a', 'b', 'c'] as const
const FILTERS = ['kind = 1', 'kind = 2'] as const

const coverage: fc.Arbitrary<Coverage> = fc
  .record({
    content: fc.constantFrom('full', 'full', 'full', 'schema-only'),
    withoutVectors: fc.nat(3).map((chance) => chance === 0),
    allTenants: fc.nat(2).map((chance) => chance > 0),
    tenants: fc.subarray([...TENANTS], { minLength: 1 }),
    selection: fc.constantFrom(undefined, undefined, undefined, ...FILTERS),
  })
  .map(coverageOf)

/** What an archive holds, one by one: what a restore of it would bring back. */
function held({ objects, vectors, tenants, selection }: Coverage): Set<string> {
  const all = new Set(['schema'])
  for (const tenant of tenants ?? [...TENANTS, 'any other']) {
    all.add(`tenant ${tenant}`)
    for (const kind of [...FILTERS, 'kind = 3']) {
      if (!objects || (selection !== undefined && selection !== kind)) continue
      all.add(`objects of ${tenant} where ${kind}`)
      if (vectors) all.add(`vectors of ${tenant} where ${kind}`)
    }
  }
  return all
}

const isSuperset = (one: Coverage, other: Coverage) => held(one).isSupersetOf(held(other))

t.test('one archive covers another exactly where it holds all that the other does', async () => {
  fc.assert(
    fc.property(coverage, coverage, (one, other) => covers(one, other) === isSuperset(one, other)),
    { numRuns: runs(1000) },
  )
  fc.assert(
    fc.property(coverage, coverage, (one, other) => {
      const same = isSuperset(one, other) && isSuperset(other, one)
      return (coverageKey(one) === coverageKey(other)) === same
    }),
    { numRuns: runs(1000) },
  )
})

const archives = fc
  .array(
    fc.record({
      time: moments,
      status: fc.constantFrom(...ARCHIVE_STATUSES, 'complete', 'complete', 'complete', 'complete'),
      collection: fc.constantFrom('A', 'B'),
      tags: fc.subarray(['x', 'y']),
      pinned: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      damaged: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
      parent: fc.option(fc.nat(60), { nil: undefined }),
      holds: coverage,
      outside: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0),
    }),
    { maxLength: 30 },
  )
  .map((all) =>
    all.map(({ parent, time, ...one }, index): Candidate => {
      // A base is one that was there before: of a lower index.
      const base = parent !== undefined && parent < index ? { parent: `id-${parent}` } : {}
      const id = `id-${index}`
      return { id, location: `/backups/${id}`, cluster: 'c', tenant: '', ...one, time, ...base }
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
  .filter((all) => Object.keys(all).length > 1) as fc.Arbitrary<RetentionOptionsInput>

/** Whole, and of whole bases: the plain recursion. */
function isSound(archive: Candidate, all: readonly Candidate[]): boolean {
  if (archive.status !== 'complete' || archive.damaged) return false
  if (archive.parent === undefined) return true
  const base = all.find(({ id }) => id === archive.parent)
  return base !== undefined && isSound(base, all)
}

const isNewer = (one: Candidate, other: Candidate) =>
  one.time > other.time || (one.time === other.time && one.id > other.id)

/** The archives of a group that count, and those of them that go. */
function counting({ keep, remove }: GroupPlan, all: readonly Candidate[]) {
  const members = [...keep, ...remove].map(({ archive }) => archive)
  const sound = members.filter((one) => one.outside !== true && isSound(one, all))
  return { sound, gone: sound.filter((one) => remove.some(({ archive }) => archive === one)) }
}

/** Holds a law over the groups of random plans. */
function law(
  name: string,
  holds: (group: GroupPlan, all: readonly Candidate[], input: RetentionOptionsInput) => boolean,
  input: fc.Arbitrary<RetentionOptionsInput> = options,
): void {
  t.test(name, async () => {
    fc.assert(
      fc.property(archives, input, (all, asked) =>
        planRetention(all, policy(asked), NOW).every((group) => holds(group, all, asked)),
      ),
      { numRuns: runs(300) },
    )
  })
}

t.test('a plan is a partition of what is not deleted yet', async () => {
  fc.assert(
    fc.property(archives, options, (all, input) => {
      const groups = planRetention(all, policy(input), NOW)
      const planned = [...keptIds(groups), ...removedIds(groups)].sort()
      const there = all.filter(({ status }) => status !== 'deleted').map(({ id }) => id)
      return JSON.stringify(planned) === JSON.stringify(there.sort())
    }),
    { numRuns: runs(300) },
  )
})

law('no plan leaves a group without its newest full archive', (group, all) => {
  const { sound, gone } = counting(group, all)
  const full = sound.filter(({ holds }) => isWhole(holds))
  const newest = full.find((one) => full.every((other) => other === one || isNewer(one, other)))
  return newest === undefined || !gone.includes(newest)
})

law('whatever goes, one stays that holds at least as much', (group, all) => {
  const { sound, gone } = counting(group, all)
  const stay = sound.filter((one) => !gone.includes(one))
  return gone.every((lost) => stay.some(({ holds }) => isSuperset(holds, lost.holds)))
})

law('what the plan names as holding as much stays, and does', (group, all) => {
  const { gone } = counting(group, all)
  return group.remove.every(({ archive, displacedBy }) => {
    if (displacedBy === undefined) return !gone.includes(archive)
    const by = group.keep.find(({ archive: { id } }) => id === displacedBy)
    return by !== undefined && isSuperset(by.archive.holds, archive.holds) && isSound(by.archive, all)
  })
})

law(
  'of everything that archives hold the newest N stay',
  (group, all, { keepLast }) => {
    const { sound, gone } = counting(group, all)
    return gone.every((lost) => {
      const newer = sound.filter((one) => isNewer(one, lost) && isSuperset(one.holds, lost.holds))
      return newer.length >= Number(keepLast)
    })
  },
  fc.record({ keepLast: fc.constantFrom('1', '2', '3'), groupBy: fc.constantFrom('none', 'collection') }),
)

law(
  'what is older than the window goes only where one that is as old and holds as much stays',
  (group, all, { olderThan }) => {
    const bound = periodBefore(NOW, parsePeriod(olderThan!, 'a test'))
    const { sound, gone } = counting(group, all)
    return gone.every((lost) => {
      const stay = sound.filter((one) => !gone.includes(one) && one.time <= bound)
      return lost.time < bound && stay.some(({ holds }) => isSuperset(holds, lost.holds))
    })
  },
  fc.record({ olderThan: fc.constantFrom('30d', '1y'), groupBy: fc.constantFrom('none', 'collection') }),
)

law('pinned and running ones, and those outside, never go', ({ remove }) =>
  remove.every(
    ({ archive: { status, pinned, outside } }) =>
      outside !== true && (status === 'deleting' || !(pinned || status === 'running')),
  ),
)

law('the last of a kind that was complete once stays, damaged or not', (group, all) => {
  const { sound } = counting(group, all)
  return group.remove.every(({ archive }) => {
    if (archive.status !== 'complete') return true
    return sound.some((one) => one !== archive && isSuperset(one.holds, archive.holds))
  })
})

t.test('nothing that stays is left without its base', async () => {
  fc.assert(
    fc.property(archives, options, (all, input) => {
      const groups = planRetention(all, policy(input), NOW)
      const removed = new Set(removedIds(groups))
      const going = new Set(all.filter(({ status }) => status === 'deleting').map(({ id }) => id))
      const kept = groups.flatMap(({ keep }) => keep.map(({ archive }) => archive))
      return kept.every(({ parent }) => parent === undefined || going.has(parent) || !removed.has(parent))
    }),
    { numRuns: runs(300) },
  )
})

t.test('after a removal the same plan removes nothing more', async () => {
  fc.assert(
    fc.property(archives, options, (all, input) => {
      const removed = new Set(removedIds(planRetention(all, policy(input), NOW)))
      const left = all.filter(({ id }) => !removed.has(id))
      return removedIds(planRetention(left, policy(input), NOW)).length === 0
    }),
    { numRuns: runs(300) },
  )
})

t.test('the order of the archives does not matter', async () => {
  fc.assert(
    fc.property(archives, options, fc.infiniteStream(fc.nat()), (all, input, draws) => {
      const shuffled = all.map((one) => ({ one, at: draws.next().value })).sort((a, b) => a.at - b.at)
      const plans = [all, shuffled.map(({ one }) => one)].map((one) => planRetention(one, policy(input), NOW))
      return JSON.stringify(plans[0]) === JSON.stringify(plans[1])
    }),
    { numRuns: runs(200) },
  )
})
