import { requireOutput } from '../../../run/outputFile.ts'
import { rejectsIn } from '../../../run/record.ts'
import { lockRejects, requireRejectsFree } from '../../../run/rejectsLock.ts'
import type { Store } from '../../../store/store.ts'
import type { RestoreOptions } from '../options.ts'
import { requirePlannable } from '../planned/write.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'
import { RestoreRejects } from '../target/rejects.ts'

interface PlanRequest {
  readonly source: RestoreSource
  readonly options: RestoreOptions
  readonly store: Store
  readonly alias: RestoreRun['alias']
  readonly context: RestoreContext
}

/**
 * Checks that a plan can be made, and written to its file.
 * @throws ElysiaError ELYSIA_USAGE if no plan can be made, or the file is one that is read or kept
 */
export function requirePlan(
  path: string,
  { source, options, store, alias, context: { state } }: PlanRequest,
): void {
  requirePlannable({ source, options, alias })
  const inputs = [{ file: source.name, what: 'the archive' }]
  if (options.schema !== undefined) inputs.push({ file: options.schema, what: 'the schema' })
  requireOutput('--plan', path, { inputs, store, stateDirectory: state?.directory })
}

/**
 * The file of the objects that are refused, one for all restores that go together; none for a dry run.
 * @throws ElysiaError ELYSIA_USAGE; ELYSIA_LOCKED if another run writes to the file that the user named
 */
export function rejectsFile(
  { rejectsPath, rejectsDirectory, state }: RestoreContext,
  run: string,
  { dryRun, schema }: RestoreOptions,
  source: RestoreSource,
  store: Store,
  files: Map<string, RestoreRejects>,
): RestoreRejects | undefined {
  if (rejectsPath !== undefined) {
    const inputs = [{ file: source.name, what: 'the archive' }]
    if (schema !== undefined) inputs.push({ file: schema, what: 'the schema' })
    requireOutput('--rejects', rejectsPath, { inputs, store, stateDirectory: state?.directory })
    if (dryRun && state !== undefined) requireRejectsFree(state, rejectsPath)
  }
  const path = rejectsPath ?? (rejectsDirectory && rejectsIn(rejectsDirectory, run, store.target))
  if (path === undefined || dryRun) return undefined
  const takeLock = () =>
    rejectsPath === undefined || state === undefined ? undefined : lockRejects(state, path)
  const file = files.get(path) ?? new RestoreRejects(path, run, takeLock)
  file.lock()
  files.set(path, file)
  return file
}
