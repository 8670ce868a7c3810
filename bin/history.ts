import { type Emit, hintedFailure, openState, type RunRecord, type State, userPaths } from './library.ts'

/**
 * Works with the journal of jobs on archives: backups, verifications, cleanups. If it cannot be opened, that is an
 * event, and the work is done without it.
 */
export async function withHistory<T>(
  emit: Emit,
  work: (context: { readonly state?: State }) => Promise<T>,
): Promise<T> {
  const state = openStateOrNone(emit)
  try {
    return await work(state === undefined ? {} : { state })
  } finally {
    state?.close()
  }
}

function openStateOrNone(emit: Emit): State | undefined {
  try {
    return openState(undefined, userPaths().state)
  } catch (error) {
    emit({ type: 'history_not_written', error: hintedFailure(error) })
    return undefined
  }
}

/** Merges two lists of runs, newest first; each keeps its own order, whatever the clock said. */
export function mergeRuns(one: readonly RunRecord[], other: readonly RunRecord[]): RunRecord[] {
  const [first, second] = [[...one], [...other]]
  const merged: RunRecord[] = []
  while (first.length > 0 && second.length > 0) {
    merged.push((first[0]!.startedAt >= second[0]!.startedAt ? first : second).shift()!)
  }
  return [...merged, ...first, ...second]
}
