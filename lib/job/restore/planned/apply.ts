import { resolveInput } from '../../../options/options.ts'
import type { Store } from '../../../store/store.ts'
import { type RestoreContext, type RestoreEnded, runRestore } from '../restore.ts'
import type { RestoreSource } from '../source/source.ts'
import { type ApplyOptionsInput, applyOptions } from './options.ts'
import type { Plan } from './plan.ts'

/**
 * Does what a plan says, and nothing else: its archive, its store and its class have to be those that it was made of, and
 * every object that it changes has to be as it was. A restore like any other: kept first, resumed, verified.
 * @throws ElysiaError ELYSIA_CONFLICT where something has changed; nothing is written then
 */
export function runApply(
  plan: Plan,
  source: RestoreSource,
  store: Store,
  input: ApplyOptionsInput = {},
  context: RestoreContext = {},
): Promise<RestoreEnded> {
  const { maxDelete = plan.header.options.maxDelete, ...how } = resolveInput(applyOptions, input)
  const options = { ...plan.header.options, ...how, ...(maxDelete !== undefined && { maxDelete }) }
  return runRestore(source, store, options, { ...context, applying: plan })
}
