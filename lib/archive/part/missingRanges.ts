import type { IdRange, Part } from '../manifest.ts'

/** The ids that a file covers. */
export type CoveredIds = Pick<Part, 'range' | 'after' | 'up_to'>

/** A gap in a range, still to be read: ids after `after`, up to `upTo`; both are optional. */
export interface IdGap {
  /** The index of its range. */
  readonly range: number
  readonly tenant?: string
  readonly after?: string
  readonly upTo?: string
}

/** The gaps that these parts, or files of an index, leave in the ranges, in order of range and id. */
export function missingIdGaps(ranges: readonly IdRange[], parts: readonly CoveredIds[]): IdGap[] {
  return ranges.flatMap((range, index) => {
    const there = parts.filter((part) => part.range === index).sort(byStart)
    return gaps(range, there).map(([after, upTo]) => ({
      range: index,
      ...(range.tenant !== undefined && { tenant: range.tenant }),
      ...(after !== undefined && { after }),
      ...(upTo !== undefined && { upTo }),
    }))
  })
}

type Gap = readonly [after: string | undefined, upTo: string | undefined]

function gaps(range: IdRange, parts: readonly CoveredIds[]): Gap[] {
  const missing: Gap[] = []
  let coveredUpTo = range.after
  for (const { after, up_to } of parts) {
    if ((after ?? '') > (coveredUpTo ?? '')) missing.push([coveredUpTo, after])
    if (up_to === undefined) return missing
    if (up_to > (coveredUpTo ?? '')) coveredUpTo = up_to
  }
  if (range.up_to === undefined || (coveredUpTo ?? '') < range.up_to) missing.push([coveredUpTo, range.up_to])
  return missing
}

function byStart(a: CoveredIds, b: CoveredIds): number {
  return (a.after ?? '') < (b.after ?? '') ? -1 : 1
}
