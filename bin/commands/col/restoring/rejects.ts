import type { Context } from '../../../cli/command.ts'
import { givenFlags, ORDERED, stepWords } from '../../../cli/next.ts'
import { commandLine } from '../../../cli/signal/commandLine.ts'
import {
  layersFor,
  type RestoreContext,
  type RestoreReport,
  rejectsIn,
  restoreOptions,
  targetOptions,
  transformOptions,
} from '../../../library.ts'

/** The path of the refused objects; undefined if there are none. */
export function rejectsPath(
  report: RestoreReport,
  { rejectsPath, rejectsDirectory }: RestoreContext,
): string | undefined {
  const { id, target, rejected, references_rejected, dry_run } = report
  if (dry_run || (references_rejected === 0 && Object.keys(rejected).length === 0)) return undefined
  return rejectsPath ?? rejectsIn(rejectsDirectory!, id, target)
}

/** Flags that would mean something else for the rejects. */
const OF_ONE_RESTORE: ReadonlySet<string> = new Set([
  'dryRun',
  'name',
  'collection',
  'tenant',
  'skipDamaged',
  'onConflict',
  'maxDelete',
  'schema',
  ...ORDERED,
])

/** The codes of rejects that contain a complete object; other codes are for lines that are not objects. */
const OF_OBJECTS = ['store_rejected', 'repeated_id', 'transform_failed', 'vector_mismatch']

/**
 * The commands that restore rejected objects after correction, into the class of the others; undefined if there are
 * none. If several classes share a file, each command takes its own objects.
 */
export function restoreRejects(
  { flags, steps }: Pick<Context, 'flags' | 'steps'>,
  reports: readonly RestoreReport[],
  context: RestoreContext,
): string | undefined {
  const some = reports.filter(({ rejected }) => OF_OBJECTS.some((code) => Object.hasOwn(rejected, code)))
  const paths = some.map((report) => rejectsPath(report, context))
  if (some.length === 0 || paths.includes(undefined)) return undefined
  const isShared = new Set(paths).size < paths.length
  const schemas = [restoreOptions, transformOptions, targetOptions]
  const keptFlags = schemas.flatMap((schema) => givenFlags(schema, flags, OF_ONE_RESTORE))
  const lines = some.map((report, at) => {
    const { collection, class: name } = report
    const words = [
      paths[at]!,
      ...(isShared ? ['--collection', collection] : []),
      ...(name === collection ? [] : ['--name', name]),
      ...['--on-conflict', strategyFor(flags)],
      ...keptFlags,
      ...stepWords(steps),
    ]
    return commandLine(['col', 'restore', ...words])
  })
  return `correct the rejected objects, then: ${lines.join(' && ')}`
}

/**
 * The strategy for feeding rejected objects in again. They are missing in a class that the restore made; a replace is
 * not repeated with a few objects.
 */
function strategyFor(flags: Context['flags']): string {
  const onConflict = layersFor(restoreOptions, [flags])[0]?.values.onConflict
  if (onConflict === undefined || onConflict === 'fail') return 'skip'
  return onConflict === 'replace' ? 'overwrite' : String(onConflict)
}
