import { backupRoot } from '../../../cli/catalog.ts'
import type { Context } from '../../../cli/command.ts'
import {
  type BackupContext,
  type BackupOptions,
  backupJob,
  backupRunOptions,
  pluralize,
  roughSize,
  type Store,
} from '../../../library.ts'
import { eventView } from '../../../view/events.ts'
import type { Increment } from '../increment.ts'

/** The named directory, or the one that `--resume` finds; undefined if a new one would be made. */
export async function plannedPath(
  context: Context,
  name: string,
  store: Store,
  to: string | undefined,
): Promise<string | undefined> {
  const { resume } = context.options(backupRunOptions)
  if (to !== undefined || !resume) return to
  return (await backupJob()).defaultDirectory(backupRoot(context), name, store.target, true)
}

/** Prints what a backup would do, and writes nothing. */
export async function printPlan(
  context: Context,
  store: Store,
  name: string,
  options: BackupOptions,
  path: string | undefined,
  increment: Increment & Pick<BackupContext, 'transforms' | 'keepsVectors'>,
): Promise<void> {
  const { console, signal } = context
  const { planBackup, directoryStorage } = await backupJob()
  const { resume } = context.options(backupRunOptions)
  const into = path === undefined ? undefined : { storage: directoryStorage(path), resume }
  const { plan: planned, base } = await planBackup(store, name, options, eventView(console), into, {
    ...increment,
    signal,
  })
  const { encoding, ranges, counts, tenants, kind = 'full', parent } = planned
  if (console.json) {
    return console.document({
      status: 'planned',
      kind,
      ...(parent !== undefined && { base: parent }),
      ...(base !== undefined && { base_objects: base.objects }),
      collection: planned.collection,
      target: planned.source.target,
      format: encoding.format,
      compression: `${encoding.compression}${encoding.level === undefined ? '' : `:${encoding.level}`}`,
      objects: counts.before,
      ...(tenants && { tenants: tenants.length }),
      ranges: ranges.length,
      part_size: options.partSize,
    })
  }
  console.note([
    `dry run: nothing is written`,
    `${planned.collection} in ${planned.source.target}: ${pluralize(counts.before, 'object')}${tenants ? ` of ${pluralize(tenants.length, 'tenant')}` : ''}`,
    ...(base === undefined
      ? []
      : [`an increment of ${parent}, which has ${pluralize(base.objects, 'object')}`]),
    `${encoding.format}, compression ${encoding.compression}, ${pluralize(ranges.length, 'range')}, parts of ${roughSize(options.partSize)}`,
  ])
}
