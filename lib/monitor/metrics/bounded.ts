import { type Label, type Labels, METRICS, type MetricName, type Sample } from './metric.ts'

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
  const fit = new LabelsFit()
  const { kept, others } = chosen(samples, fit, most)
  const joined = new Map<number, { -readonly [K in keyof Sample]: Sample[K] }>()
  for (const { name, labels, value } of samples) {
    const own = fit.of(labels, kept)
    const key = own.number * NAMES.size + NAMES.get(name)!
    const there = joined.get(key)
    if (there === undefined) joined.set(key, { name, labels: own.labels, value })
    else there.value = JOINED[METRICS[name].joined](there.value, value)
  }
  return { samples: [...joined.values()], others }
}

const NAMES = new Map((Object.keys(METRICS) as MetricName[]).map((name, number) => [name, number]))

/** Labels as they are shown, and a number that equal ones share. */
interface Numbered {
  readonly labels: Labels
  readonly number: number
}

/** What becomes of labels; what many samples share is looked at once. */
class LabelsFit {
  readonly #shown = new Map<Labels, Labels>()
  readonly #known = new Map<Labels, Numbered>()
  readonly #byKey = new Map<string, Numbered>()

  /** As they are shown. */
  shown(labels: Labels): Labels {
    const known = this.#shown.get(labels) ?? shown(labels)
    this.#shown.set(labels, known)
    return known
  }

  /** The same, of a collection that is not kept as of the others. */
  of(given: Labels, kept: ReadonlySet<string>): Numbered {
    const known = this.#known.get(given)
    if (known !== undefined) return known
    const fit = this.shown(given)
    const { collection } = fit
    const labels = collection === undefined || kept.has(collection) ? fit : { ...fit, collection: OTHER }
    const key = keyOf(labels)
    const numbered = this.#byKey.get(key) ?? { labels, number: this.#byKey.size }
    this.#byKey.set(key, numbered)
    this.#known.set(given, numbered)
    return numbered
  }
}

const JOINED = {
  sum: (one: number, other: number) => one + other,
  least: Math.min,
  most: Math.max,
}

function chosen(samples: readonly Sample[], fit: LabelsFit, most: number) {
  const all = collectionsOf(samples, fit)
  if (all.size <= most) return { kept: all, others: 0 }
  const first = collectionsOf(samples.filter(isPressing), fit)
  // The empty name is that of jobs without a collection; it has to stay what it is.
  const order = [...new Set(['', ...[...first].sort(), ...[...all].sort()])].filter((name) => all.has(name))
  return { kept: new Set(order.slice(0, most)), others: all.size - most }
}

function collectionsOf(samples: readonly Sample[], fit: LabelsFit): Set<string> {
  const found = new Set<string>()
  for (const { labels } of samples) {
    const { collection } = fit.shown(labels)
    if (collection !== undefined) found.add(collection)
  }
  return found
}

function isPressing({ name, value }: Sample): boolean {
  return (
    name === 'elysiactl_expectation_due_timestamp_seconds' ||
    (name === 'elysiactl_damaged_archives' && value > 0)
  )
}

function keyOf({ kind, collection, target, code }: Labels): string {
  return `${kind}\0${collection}\0${target}\0${code}`
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
