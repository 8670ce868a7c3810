import { type Label, type Labels, METRICS, type Sample } from './metric.ts'

/** How many collections have figures of their own. */
export const MOST_COLLECTIONS = 1000
/** What the rest are together. It is no legal name of a collection: those begin with a capital letter. */
export const OTHER = 'other'
const MOST_CHARACTERS = 512

/** Samples of which no two have the same name and labels. */
export interface Bounded {
  readonly samples: Sample[]
  /** Collections that are `other`. */
  readonly others: number
}

/**
 * Joins the collections beyond the first 1 000 as `other`, each metric in its own way, and makes labels fit to be shown.
 * What is expected, or damaged, is kept first, then the rest by name: which ones stay does not change from one call to the next.
 */
export function bounded(samples: readonly Sample[], most = MOST_COLLECTIONS): Bounded {
  const fit = samples.map(({ labels, ...rest }) => ({ ...rest, labels: shown(labels) }))
  const { kept, others } = chosen(fit, most)
  const joined = new Map<string, { -readonly [K in keyof Sample]: Sample[K] }>()
  for (const sample of fit) {
    const { collection } = sample.labels
    const labels =
      collection === undefined || kept.has(collection)
        ? sample.labels
        : { ...sample.labels, collection: OTHER }
    const key = keyOf(sample.name, labels)
    const there = joined.get(key)
    if (there === undefined) joined.set(key, { ...sample, labels })
    else there.value = JOINED[METRICS[sample.name].joined](there.value, sample.value)
  }
  return { samples: [...joined.values()], others }
}

const JOINED = {
  sum: (one: number, other: number) => one + other,
  least: Math.min,
  most: Math.max,
}

function chosen(samples: readonly Sample[], most: number) {
  const all = new Set(samples.flatMap(({ labels: { collection } }) => collection ?? []))
  if (all.size <= most) return { kept: all, others: 0 }
  const first = new Set(samples.filter(isPressing).flatMap(({ labels: { collection } }) => collection ?? []))
  // The empty name is that of jobs without a collection; it has to stay what it is.
  const order = [...new Set(['', ...[...first].sort(), ...[...all].sort()])].filter((name) => all.has(name))
  return { kept: new Set(order.slice(0, most)), others: all.size - most }
}

function isPressing({ name, value }: Sample): boolean {
  return (
    name === 'elysiactl_expectation_due_timestamp_seconds' ||
    (name === 'elysiactl_damaged_archives' && value > 0)
  )
}

function keyOf(name: string, labels: Labels): string {
  return `${name}\0${labels.kind}\0${labels.collection}\0${labels.target}\0${labels.code}`
}

function shown(labels: Labels): Labels {
  const pairs = Object.entries(labels) as [Label, string][]
  return pairs.every(([, value]) => isFit(value))
    ? labels
    : Object.fromEntries(pairs.map(([label, value]) => [label, fit(value)]))
}

// Two texts that only differ in what no terminal shows, or no UTF-8 holds, would be one series twice to Prometheus.
const UNFIT = /\p{C}/u

function isFit(value: string): boolean {
  return value.length <= MOST_CHARACTERS && !UNFIT.test(value)
}

function fit(value: string): string {
  return value.slice(0, MOST_CHARACTERS).replace(/\p{C}/gu, '\ufffd')
}
