import { join } from 'node:path'
import type { Context } from '../../cli/command.ts'
import { givenFlags } from '../../cli/next.ts'
import { commandLine } from '../../cli/signal/commandLine.ts'
import { type RestoreContext, type RestoreReport, restoreOptions, targetOptions } from '../../library.ts'

/** Where the refused objects are; undefined where there are none. */
export function rejectsPath(
  report: RestoreReport,
  { rejectsPath, rejectsDirectory }: RestoreContext,
): string | undefined {
  const { id, rejected, references_rejected, dry_run } = report
  if (dry_run || (references_rejected === 0 && Object.keys(rejected).length === 0)) return undefined
  return rejectsPath ?? join(rejectsDirectory!, `${id}.jsonl`)
}

/** Flags that would not mean the same for what was rejected. */
const OF_ONE_RESTORE = new Set(['dryRun', 'name', 'collection', 'tenant', 'skipDamaged', 'onConflict'])

/** The codes under which objects stand whole in the rejects file; the others are of lines that are none. */
const OF_OBJECTS = ['store_rejected', 'repeated_id']

/**
 * The commands that restore rejected objects, once they are corrected, each into a class beside the one that has the
 * others. Undefined where there are none, or where those of several classes share a file: one restore takes one class.
 */
export function restoreRejects(
  { flags }: Pick<Context, 'flags'>,
  reports: readonly RestoreReport[],
  context: RestoreContext,
): string | undefined {
  const some = reports.filter(({ rejected }) => OF_OBJECTS.some((code) => Object.hasOwn(rejected, code)))
  const paths = new Set(some.map((report) => rejectsPath(report, context)))
  if (paths.has(undefined) || some.length === 0 || paths.size < some.length) return undefined
  const kept = [restoreOptions, targetOptions].flatMap((schema) => givenFlags(schema, flags, OF_ONE_RESTORE))
  const lines = some.map((report) => {
    const words = [rejectsPath(report, context)!, '--name', `${report.class}Rejects`, ...kept]
    return commandLine(['col', 'restore', ...words])
  })
  return `correct the rejected objects, then: ${lines.join(' && ')}`
}
