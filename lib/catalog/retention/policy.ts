import { isZero, type Period, parsePeriod } from '../../core/duration.ts'
import { ElysiaError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { RetentionOptions } from './options.ts'

/** The periods, in UTC, of each of which a keep rule keeps one archive. */
export const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const

/** How often a keep rule keeps one archive. */
export type Cadence = (typeof PERIODS)[number]

/** What archives can be grouped by; the policy applies to each group separately. */
const GROUP_KEYS = ['cluster', 'collection', 'tenant', 'tags'] as const

/** What archives can be grouped by, as `--group-by` takes it. */
export type GroupKey = (typeof GROUP_KEYS)[number]

/** A retention policy. Rules without effect (a count of 0, a period of 0h) are left out. */
export interface Policy {
  readonly olderThan?: Period
  /** How many of each to keep; Infinity means all. */
  readonly counts: Readonly<Partial<Record<'last' | Cadence, number>>>
  /** Keeps archives this close to the newest: all of them, or one per period. */
  readonly within: Readonly<Partial<Record<'all' | Cadence, Period>>>
  /** Keeps an archive that has all tags in one of these lists. */
  readonly tags: readonly (readonly string[])[]
  /** How long partial and failed archives are kept. */
  readonly failedAfter: Period
  readonly groupBy: readonly GroupKey[]
  /** Even the newest complete archive of a group may be removed. */
  readonly allowLast: boolean
  /** A policy without rules, which removes everything, may run. */
  readonly allowRemoveAll: boolean
}

/** Makes a policy from options. @throws ElysiaError ELYSIA_USAGE for an invalid period or group */
export function policyOf(options: RetentionOptions): Policy {
  const { olderThan, keepTag, failedAfter, groupBy, allowLast, unsafeAllowRemoveAll } = options
  return {
    ...(olderThan !== undefined && { olderThan: parsePeriod(olderThan, '--older-than') }),
    counts: defined({
      last: countOf(options.keepLast),
      hourly: countOf(options.keepHourly),
      daily: countOf(options.keepDaily),
      weekly: countOf(options.keepWeekly),
      monthly: countOf(options.keepMonthly),
      yearly: countOf(options.keepYearly),
    }),
    within: defined({
      all: withinOf('keep-within', options.keepWithin),
      hourly: withinOf('keep-within-hourly', options.keepWithinHourly),
      daily: withinOf('keep-within-daily', options.keepWithinDaily),
      weekly: withinOf('keep-within-weekly', options.keepWithinWeekly),
      monthly: withinOf('keep-within-monthly', options.keepWithinMonthly),
      yearly: withinOf('keep-within-yearly', options.keepWithinYearly),
    }),
    tags: tagLists(keepTag),
    failedAfter: parsePeriod(failedAfter, '--failed-after'),
    groupBy: groupKeys(groupBy),
    allowLast,
    allowRemoveAll: unsafeAllowRemoveAll,
  }
}

/** True if a rule protects any archives from removal. */
export function hasKeepRules({ counts, within, tags }: Policy): boolean {
  return Object.keys(counts).length > 0 || Object.keys(within).length > 0 || tags.length > 0
}

function defined<K extends string, V>(rules: Readonly<Record<K, V | undefined>>): Partial<Record<K, V>> {
  const some = Object.entries(rules).filter(([, rule]) => rule !== undefined)
  return Object.fromEntries(some) as Partial<Record<K, V>>
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined || Number(text) === 0) return undefined
  return text === 'unlimited' || text === '-1' ? Number.POSITIVE_INFINITY : Number(text)
}

function withinOf(flag: string, text: string | undefined): Period | undefined {
  const period = text === undefined ? undefined : parsePeriod(text, `--${flag}`)
  return period === undefined || isZero(period) ? undefined : period
}

/** `a,b;c`: a and b together, or c. */
function tagLists(text: string | undefined): string[][] {
  const lists = (text ?? '').split(';').map((list) => list.split(',').map((tag) => tag.trim()))
  return lists.map((list) => list.filter((tag) => tag !== '')).filter((list) => list.length > 0)
}

function groupKeys(text: string): GroupKey[] {
  if (text === 'none') return []
  return text.split(',').map((word) => {
    const key = GROUP_KEYS.find((one) => one === word.trim())
    if (key !== undefined) return key
    throw new ElysiaError('ELYSIA_USAGE', `--group-by ${text} is not valid`, {
      hint: didYouMean(word, GROUP_KEYS, `it takes none, or some of ${GROUP_KEYS.join(',')}`),
    })
  })
}
