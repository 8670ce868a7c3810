import type { Candidate } from './candidate.ts'
import { type Coverage, coverageKey, covers } from './coverage.ts'

/** Archives that hold the same, and all archives that hold at least as much, including these; each newest first. */
export interface CoverageGroup {
  readonly coverage: Coverage
  readonly own: readonly Candidate[]
  readonly covering: readonly Candidate[]
}

/** Groups archives, given newest first, by what they hold. */
export function coverageGroups(newestFirst: readonly Candidate[]): CoverageGroup[] {
  const byKey = new Map<string, { readonly coverage: Coverage; readonly own: Candidate[] }>()
  const place = new Map<Candidate, number>()
  for (const [index, archive] of newestFirst.entries()) {
    place.set(archive, index)
    const key = coverageKey(archive.holds)
    const group = byKey.get(key)
    if (group === undefined) byKey.set(key, { coverage: archive.holds, own: [archive] })
    else group.own.push(archive)
  }
  const kinds = [...byKey.values()]
  return kinds.map(({ coverage, own }) => {
    const more = kinds.filter((kind) => covers(kind.coverage, coverage))
    const covering = more.length === 1 ? own : more.flatMap((kind) => kind.own)
    if (more.length > 1) covering.sort((a, b) => place.get(a)! - place.get(b)!)
    return { coverage, own, covering }
  })
}
