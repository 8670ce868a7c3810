import type { Tables } from '../cli/tables.ts'
import { type ArchiveRecord, counted, roughSize } from '../library.ts'
import { ageText } from './times.ts'

/** A chain, the oldest first: `bases`, the archive that is shown, and all that are increments of it. */
export interface ShownChain {
  readonly bases: readonly ArchiveRecord[]
  readonly archive: ArchiveRecord
  readonly later: readonly ArchiveRecord[]
  /** Why the archive cannot be restored; undefined where nothing is known against it. */
  readonly fault?: string | undefined
}

/** The chain of an archive, a line for each link; none for an archive without any. */
export function chainTable({ bases, archive, later, fault }: ShownChain, { of, time }: Tables): string[] {
  if (bases.length + later.length === 0) return []
  const links = [...bases, archive, ...later]
  const rows = links.map((link, at) => [
    `${link.id === archive.id ? '→' : ' '} ${link.id}`,
    kindText(link, links[at - 1]),
    stateText(link),
    time(link.started),
    ageText(link.started),
    counted(link.objects, 'object'),
    roughSize(link.bytes),
  ])
  const lines = of(['  chain', 'kind', 'status', 'started', 'age', 'holds', 'size'], rows)
  return ['', ...lines, ...(fault === undefined ? [] : ['', `it cannot be restored: ${archive.id} ${fault}`])]
}

/** An increment of something else than the line above names its base. */
function kindText({ kind, parent }: ArchiveRecord, above: ArchiveRecord | undefined): string {
  return kind === 'full' || parent === above?.id ? kind : `${kind} of ${parent}`
}

function stateText({ status, damaged, pinned }: ArchiveRecord): string {
  return [status, ...(pinned ? ['pinned'] : []), ...(damaged ? ['damaged'] : [])].join(',')
}
