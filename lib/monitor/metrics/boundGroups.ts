import { type Label, type Labels, METRICS, type MetricName, type SampleGroup, type Values } from './metric.ts'

/** How many collections have figures of their own. */
export const MOST_COLLECTIONS = 1000
/** The name for all other collections together. It cannot be a collection: those begin with a capital letter. */
const OTHER = 'other'
const MOST_CHARACTERS = 512

/** Groups with distinct names and labels. */
export interface BoundedGroups {
  readonly groups: SampleGroup[]
  /** How many collections are joined as `other`. */
  readonly others: number
}

/**
 * Joins the collections beyond the first 1 000 as `other`, each metric in its own way, and makes labels safe to show.
 * Keeps collections that are expected or damaged first, then the rest by name, so that the choice stays the same from
 * call to call. What needs neither stays the object that it was.
 */
export function boundGroups(groups: readonly SampleGroup[], most = MOST_COLLECTIONS): BoundedGroups {
  const shown = groups.map(shownGroup)
  const { kept, others } = chosen(shown, most)
  const byLabels = new Map<string, SampleGroup[]>()
  for (const group of shown) {
    const bounded = others === 0 ? group : named(group, kept)
    const key = keyOf(bounded.labels)
    const there = byLabels.get(key)
    if (there === undefined) byLabels.set(key, [bounded])
    else byLabels.set(key, together(there, bounded))
  }
  return { groups: [...byLabels.values()].flat(), others }
}

/** Groups of the same labels stay apart where no metric is in two of them. */
function together(groups: readonly SampleGroup[], more: SampleGroup): SampleGroup[] {
  const overlaps = groups.some(({ values }) => Object.keys(more.values).some((name) => name in values))
  return overlaps ? [[...groups, more].reduce(joined)] : [...groups, more]
}

function joined({ labels, values }: SampleGroup, { values: more }: SampleGroup): SampleGroup {
  const all: Partial<Record<MetricName, number>> = { ...values }
  for (const [name, value] of Object.entries(more) as [MetricName, number][]) {
    const there = all[name]
    all[name] = there === undefined ? value : JOINED[METRICS[name].joined](there, value)
  }
  return { labels, values: all }
}

const JOINED = {
  sum: (one: number, other: number) => one + other,
  least: Math.min,
  most: Math.max,
}

function named(group: SampleGroup, kept: ReadonlySet<string>): SampleGroup {
  const { labels, values } = group
  const { collection } = labels
  return collection === undefined || kept.has(collection)
    ? group
    : { labels: { ...labels, collection: OTHER }, values }
}

function chosen(groups: readonly SampleGroup[], most: number) {
  const all = collectionsOf(groups)
  if (all.size <= most) return { kept: all, others: 0 }
  const first = collectionsOf(groups.filter(({ values }) => isPressing(values)))
  // The empty name stands for jobs without a collection, and must stay itself.
  const order = [...new Set(['', ...[...first].sort(), ...[...all].sort()])].filter((name) => all.has(name))
  return { kept: new Set(order.slice(0, most)), others: all.size - most }
}

function collectionsOf(groups: readonly SampleGroup[]): Set<string> {
  const found = new Set<string>()
  for (const { labels } of groups) if (labels.collection !== undefined) found.add(labels.collection)
  return found
}

function isPressing({
  elysiactl_expectation_due_timestamp_seconds: due,
  elysiactl_damaged_archives: damaged = 0,
}: Values): boolean {
  return due !== undefined || damaged > 0
}

const keys = new WeakMap<Labels, string>()

function keyOf(labels: Labels): string {
  const known = keys.get(labels)
  if (known !== undefined) return known
  const { kind, collection, target, code } = labels
  const key = `${kind}\0${collection}\0${target}\0${code}`
  keys.set(labels, key)
  return key
}

const fitting = new WeakMap<SampleGroup, SampleGroup>()

/** The group as it may be shown. Most may be as they are, which is found out once. */
function shownGroup(group: SampleGroup): SampleGroup {
  const cached = fitting.get(group)
  if (cached !== undefined) return cached
  const pairs = Object.entries(group.labels) as [Label, string][]
  const shown = pairs.every(([, value]) => isFit(value))
    ? group
    : {
        labels: Object.fromEntries(pairs.map(([label, value]) => [label, fit(value)])),
        values: group.values,
      }
  fitting.set(group, shown)
  return shown
}

// Two texts that differ only in characters that no terminal shows or no UTF-8 holds would be duplicates for Prometheus.
const UNFIT = /\p{C}/u

function isFit(value: string): boolean {
  return value.length <= MOST_CHARACTERS && !UNFIT.test(value)
}

function fit(value: string): string {
  return value.slice(0, MOST_CHARACTERS).replace(/\p{C}/gu, '\ufffd')
}
