import {
  type CleanupReport,
  coverageText,
  type GroupPlan,
  type KeptArchive,
  type RemovedArchive,
} from '../../../library.ts'
import { columns } from '../../../view/columns.ts'

/** A plan for a person, line by line: for each group what stays and what goes, with the reasons. */
export function planTables(groups: readonly GroupPlan[]): string[] {
  return groups.flatMap((group, index) => [...(index === 0 ? [] : ['']), ...groupLines(group)])
}

function groupLines({ key, keep, remove }: GroupPlan): string[] {
  const name = Object.entries(key).map(([what, value]) => `${what} ${value || '(none)'}`)
  return [
    name.length === 0 ? 'all archives' : name.join(', '),
    ...table('keep', keep),
    ...table('remove', remove),
  ]
}

function table(verb: string, rows: GroupPlan['keep'] | GroupPlan['remove']): string[] {
  if (rows.length === 0) return ['', `${verb}: none`]
  const cells = rows.map((row) => [
    row.archive.id,
    new Date(row.archive.time).toISOString().replace(/\.\d+Z$/, 'Z'),
    coverageText(row.archive.holds),
    row.archive.tags.join(','),
    [...row.reasons, ...displacement(row)].join(', '),
  ])
  return ['', ...columns([`${verb} ${rows.length}`, 'started', 'holds', 'tags', 'reasons'], cells)]
}

function displacement(row: KeptArchive | RemovedArchive): string[] {
  return 'displacedBy' in row ? [`${row.displacedBy} holds as much`] : []
}

/** A plan, and what became of it, for a program. */
export function planDocument({ groups, ...report }: CleanupReport): unknown {
  return {
    ...report,
    groups: groups.map(({ key, keep, remove, warnings }) => ({
      key,
      keep: keep.map(({ archive: { id, holds }, reasons, counters }) => ({
        id,
        holds: coverageText(holds),
        reasons,
        ...(counters && { counters }),
      })),
      remove: remove.map(({ archive: { id, holds }, reasons, displacedBy }) => ({
        id,
        holds: coverageText(holds),
        reasons,
        ...(displacedBy !== undefined && { displaced_by: displacedBy }),
      })),
      warnings,
    })),
  }
}
