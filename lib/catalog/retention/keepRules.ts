import { type Period, periodBefore, periodText } from '../../core/duration.ts'
import type { Candidate } from './candidate.ts'
import { type Cadence, PERIODS, type Policy } from './policy.ts'

/** The result of the keep rules for one archive; `counters` is what remains of each count after it. */
export interface KeepRuleResult {
  readonly reasons: string[]
  readonly counters: Readonly<Partial<Record<'last' | Cadence, number>>>
}

interface Rule {
  readonly name: string
  readonly bucket: (time: number, index: number) => number
  readonly counter?: 'last' | Cadence
  /** The rule reaches back to this time; undefined: as far as its count lasts. */
  readonly after?: number
  readonly suffix: string
  last: number
  left: number
}

/**
 * Applies the keep rules to one group as restic's `forget` does (internal/data/snapshot_policy.go, ApplyPolicy): from
 * newest to oldest, an archive is kept if its bucket differs from that of the archive kept before, or if it is the
 * oldest of all; then the count goes down. So the newest in each period stays, periods without archives do not use up
 * the count, and while some count is left the oldest stays as well. Buckets are in UTC.
 */
export function applyKeepRules(
  newestFirst: readonly Candidate[],
  policy: Policy,
  now: number,
): Map<string, KeepRuleResult> {
  const latest = latestOf(newestFirst, now)
  const rules = rulesOf(policy, latest)
  const all = policy.within.all
  const within = all === undefined ? undefined : { after: periodBefore(latest, all), text: periodText(all) }
  const results = new Map<string, KeepRuleResult>()
  for (const [index, { id, time, tags }] of newestFirst.entries()) {
    const isOldest = index === newestFirst.length - 1
    const reasons = [
      ...policy.tags.filter((list) => list.every((tag) => tags.includes(tag))).map((list) => `tags ${list}`),
      ...(within !== undefined && isAfter(time, within.after) ? [`within ${within.text}`] : []),
      ...rules.map((rule) => pick(rule, time, index, isOldest)).filter((reason) => reason !== undefined),
    ]
    if (reasons.length > 0) results.set(id, { reasons, counters: countersOf(rules) })
  }
  return results
}

/** The newest that is not in the future: archives from a fast clock must not displace the others. */
function latestOf(newestFirst: readonly Candidate[], now: number): number {
  return newestFirst.find(({ time }) => time <= now)?.time ?? Number.NEGATIVE_INFINITY
}

function rulesOf({ counts, within }: Policy, latest: number): Rule[] {
  const counting = (['last', ...PERIODS] as const).map((name) => ruleOf(name, counts[name]))
  const near = PERIODS.map((name) => nearRuleOf(name, within[name], latest))
  return [...counting, ...near].filter((rule) => rule !== undefined)
}

function ruleOf(name: 'last' | Cadence, count: number | undefined): Rule | undefined {
  if (count === undefined) return undefined
  return { name, bucket: BUCKETS[name], counter: name, suffix: '', last: Number.NaN, left: count }
}

function nearRuleOf(name: Cadence, period: Period | undefined, latest: number): Rule | undefined {
  if (period === undefined) return undefined
  const suffix = ` within ${periodText(period)}`
  const after = periodBefore(latest, period)
  return { name, bucket: BUCKETS[name], after, suffix, last: Number.NaN, left: Number.POSITIVE_INFINITY }
}

function pick(rule: Rule, time: number, index: number, isOldest: boolean): string | undefined {
  if (rule.left === 0 || (rule.after !== undefined && !isAfter(time, rule.after))) return undefined
  const bucket = rule.bucket(time, index)
  const isNew = bucket !== rule.last
  if (!isNew && !isOldest) return undefined
  rule.last = bucket
  rule.left -= 1
  return `${isNew ? '' : 'oldest '}${rule.name}${rule.suffix}`
}

/**
 * True if a time is after a bound. Without a bound, since every archive is in the future, all are within any period.
 */
function isAfter(time: number, bound: number): boolean {
  return Number.isNaN(bound) || time > bound
}

function countersOf(rules: readonly Rule[]): KeepRuleResult['counters'] {
  const left = rules.filter(({ counter, left }) => counter !== undefined && Number.isFinite(left))
  return Object.fromEntries(left.map((rule) => [rule.counter, rule.left]))
}

const BUCKETS: Readonly<Record<'last' | Cadence, (time: number, index: number) => number>> = {
  last: (_, index) => index,
  hourly: (time) => Math.floor(time / 3_600_000),
  daily: (time) => Math.floor(time / 86_400_000),
  weekly: weekOf,
  monthly: (time) => {
    const date = new Date(time)
    return date.getUTCFullYear() * 12 + date.getUTCMonth()
  },
  yearly: (time) => new Date(time).getUTCFullYear(),
}

/** Weeks begin on Monday; 1970 began on a Thursday. Weeks of ISO 8601 are the same weeks, with other names. */
function weekOf(time: number): number {
  return Math.floor((Math.floor(time / 86_400_000) + 3) / 7)
}
