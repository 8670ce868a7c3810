import type { Tables } from '../../../cli/tables.ts'
import {
  type CleanupReport,
  coverageText,
  type GroupPlan,
  type KeptArchive,
  type RemovedArchive,
} from '../../../library.ts'
import { archiveContentText } from '../../../view/archive.ts'

/** A plan in lines for the user: for each group what stays and what goes, with the reasons. */
export function planTables(groups: readonly GroupPlan[], tables: Tables): string[] {
  return groups.flatMap((group, index) => [...(index === 0 ? [] : ['']), ...groupLines(group, tables)])
}

function groupLines({ key, keep, remove }: GroupPlan, tables: Tables): string[] {
  const name = Object.entries(key).map(([what, value]) => `${what} ${value || '(none)'}`)
  return [
    name.length === 0 ? 'all archives' : name.join(', '),
    ...table('keep', keep, tables),
    ...table('remove', remove, tables),
  ]
}

function table(verb: string, rows: GroupPlan['keep'] | GroupPlan['remove'], tables: Tables): string[] {
  if (rows.length === 0) return ['', `${verb}: none`]
  const cells = rows.map((row) => [
    row.archive.id,
    tables.time(new Date(row.archive.time).toISOString()),
    archiveContentText(row.archive.parent !== undefined, coverageText(row.archive.holds)),
    row.archive.tags.join(','),
    [...row.reasons, ...displacement(row)].join(', '),
  ])
  const head = [
    { name: `${verb} ${rows.length}`, whole: true },
    { name: 'started', whole: true, drop: 2 },
    { name: 'content', drop: 3 },
    { name: 'tags', drop: 4 },
    'reasons',
  ]
  return ['', ...tables.of(head, cells)]
}

function displacement(row: KeptArchive | RemovedArchive): string[] {
  return 'displacedBy' in row ? [`${row.displacedBy} holds as much`] : []
}

/** A rule of a cleanup, and who set it. */
export interface RuleOrigin {
  /** The flag of the rule. */
  readonly rule: string
  readonly value: string
  readonly origin: string
}

/** A plan, and its result, for programs. */
export function planDocument(
  { groups, ...report }: CleanupReport,
  rules: readonly RuleOrigin[],
): Record<string, unknown> {
  return {
    rules,
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
