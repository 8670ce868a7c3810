import { resolveInput } from '../../../options/options.ts'
import type { Store } from '../../../store/store.ts'
import { type RestoreContext, type RestoreResult, runRestore } from '../restore.ts'
import type { RestoreSource } from '../source/source.ts'
import { type ApplyOptionsInput, applyOptions } from './options.ts'
import type { Plan } from './plan.ts'

/**
 * Does exactly what a plan says: its archive, store and class must be those that it was made from, and every object
 * that it changes must be as it was. Otherwise an ordinary restore: saved first, resumable, verified.
 * @throws ElysiaError ELYSIA_CONFLICT if something has changed; then nothing is written
 */
export function runApply(
  plan: Plan,
  source: RestoreSource,
  store: Store,
  input: ApplyOptionsInput = {},
  context: RestoreContext = {},
): Promise<RestoreResult> {
  const { maxDelete = plan.header.options.maxDelete, ...how } = resolveInput(applyOptions, input)
  const options = { ...plan.header.options, ...how, ...(maxDelete !== undefined && { maxDelete }) }
  return runRestore(source, store, options, { ...context, applying: plan })
}
