import type { Tables } from '../cli/tables.ts'
import { type ArchiveRecord, pluralize, roughSize } from '../library.ts'
import { ageText } from './times.ts'

/** A chain, oldest first: `bases`, the archive itself, and all increments based on it. */
export interface ChainView {
  readonly bases: readonly ArchiveRecord[]
  readonly archive: ArchiveRecord
  readonly later: readonly ArchiveRecord[]
  /** Why the archive cannot be restored; undefined if no reason is known. */
  readonly fault?: string | undefined
}

/** The chain of an archive, a line for each link; empty for an archive without one. */
export function chainTable({ bases, archive, later, fault }: ChainView, { of, time }: Tables): string[] {
  if (bases.length + later.length === 0) return []
  const links = [...bases, archive, ...later]
  const rows = links.map((link, at) => [
    `${link.id === archive.id ? '→' : ' '} ${link.id}`,
    kindText(link, links[at - 1]),
    stateText(link),
    time(link.started),
    ageText(link.started),
    pluralize(link.objects, 'object'),
    roughSize(link.bytes),
  ])
  const lines = of(['  chain', 'kind', 'status', 'started', 'age', 'holds', 'size'], rows)
  return ['', ...lines, ...(fault === undefined ? [] : ['', `it cannot be restored: ${archive.id} ${fault}`])]
}

/** An increment whose base is not on the line above names its base. */
function kindText({ kind, parent }: ArchiveRecord, above: ArchiveRecord | undefined): string {
  return kind === 'full' || parent === above?.id ? kind : `${kind} of ${parent}`
}

function stateText({ status, damaged, pinned }: ArchiveRecord): string {
  return [status, ...(pinned ? ['pinned'] : []), ...(damaged ? ['damaged'] : [])].join(',')
}
