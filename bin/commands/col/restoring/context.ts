import { join } from 'node:path'
import type { Context } from '../../../cli/command.ts'
import { type RestoreContext, runOptions, type State } from '../../../library.ts'

/** The context of a run that writes objects into a store, from the command line and its signals. */
export function writingContext(context: Context, state: State) {
  const { rejects, runId, fresh } = context.options(runOptions)
  return {
    stop: context.stop,
    signal: context.signal,
    onInFlight: context.onInFlight,
    state,
    fresh,
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    rejectsDirectory: join(state.directory, 'rejects'),
  } satisfies RestoreContext
}
