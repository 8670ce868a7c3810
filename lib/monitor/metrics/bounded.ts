import { type Label, type Labels, METRICS, type MetricName, type Sample } from './metric.ts'

/** How many collections have figures of their own. */
export const MOST_COLLECTIONS = 1000
/** The name for all other collections together. It cannot be a collection: those begin with a capital letter. */
export const OTHER = 'other'
const MOST_CHARACTERS = 512

/** Samples with distinct names and labels. */
export interface Bounded {
  readonly samples: Sample[]
  /** How many collections are joined as `other`. */
  readonly others: number
}

/**
 * Joins the collections beyond the first 1 000 as `other`, each metric in its own way, and makes labels safe to show.
 * Keeps collections that are expected or damaged first, then the rest by name, so that the choice stays the same from
 * call to call.
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

/** Labels as shown, and a number that equal labels share. */
interface Numbered {
  readonly labels: Labels
  readonly number: number
}

/** Makes labels safe and bounded; labels shared by many samples are handled once. */
class LabelsFit {
  readonly #shown = new Map<Labels, Labels>()
  readonly #known = new Map<Labels, Numbered>()
  readonly #byKey = new Map<string, Numbered>()

  /** The labels as shown. */
  shown(labels: Labels): Labels {
    const known = this.#shown.get(labels) ?? shown(labels)
    this.#shown.set(labels, known)
    return known
  }

  /** The labels as shown; those of a collection that is not kept become `other`. */
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
  // The empty name stands for jobs without a collection, and must stay itself.
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

// Two texts that differ only in characters that no terminal shows or no UTF-8 holds would be duplicates for Prometheus.
const UNFIT = /\p{C}/u

function isFit(value: string): boolean {
  return value.length <= MOST_CHARACTERS && !UNFIT.test(value)
}

function fit(value: string): string {
  return value.slice(0, MOST_CHARACTERS).replace(/\p{C}/gu, '\ufffd')
}
