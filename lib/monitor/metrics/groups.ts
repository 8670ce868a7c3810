import type { Labels, MetricName, SampleGroup, Values } from './metric.ts'

type OptionalValues = Readonly<Partial<Record<MetricName, number | undefined>>>

/** A group with the values that exist; none if there are none. */
export function groupOf(labels: Labels, optional: OptionalValues): SampleGroup[] {
  const values = valuesIn(optional)
  return values === undefined ? [] : [{ labels, values }]
}

function valuesIn(optional: OptionalValues): Values | undefined {
  const values: Partial<Record<MetricName, number>> = {}
  let isEmpty = true
  for (const name in optional) {
    const value = optional[name as MetricName]
    if (!Number.isFinite(value)) continue
    values[name as MetricName] = value!
    isEmpty = false
  }
  return isEmpty ? undefined : values
}

interface CachedGroup {
  readonly given: OptionalValues
  readonly labels: Labels
  readonly groups: readonly SampleGroup[]
}

/**
 * The groups of the last text, by a name of their own: one whose values are still the same stays the same object, and
 * so need not be checked and written again. Memory: the groups, and a short text for each.
 */
export class GroupCache {
  readonly #known = new Map<string, CachedGroup>()

  /** Adds the group of these values to `into`: the known one if they are the same. */
  add(name: string, labelsOf: () => Labels, given: OptionalValues, into: SampleGroup[]): void {
    let known = this.#known.get(name)
    if (known === undefined || !isSame(known.given, given)) {
      const labels = known?.labels ?? labelsOf()
      known = { given, labels, groups: groupOf(labels, given) }
      this.#known.set(name, known)
    }
    for (const group of known.groups) into.push(group)
  }
}

function isSame(one: OptionalValues, other: OptionalValues): boolean {
  for (const name in one) if (!Object.is(one[name as MetricName], other[name as MetricName])) return false
  for (const name in other) if (!(name in one)) return false
  return true
}

/** The time of an ISO text in seconds since 1970; undefined if it is absent or no valid time. */
export function secondsOf(iso: string | undefined): number | undefined {
  const ms = iso === undefined ? Number.NaN : Date.parse(iso)
  return Number.isNaN(ms) ? undefined : ms / 1000
}
