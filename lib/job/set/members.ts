import { hintedFailure } from '../../run/failure.ts'
import type { JobResult } from '../../run/run.ts'

/** The result for one collection of a set. */
export interface MemberResult<R> {
  /** Its class. */
  readonly collection: string
  /** Absent if it could not begin. */
  readonly report?: R
  /** The error that ended it; absent if there was none. */
  readonly error?: unknown
}

/** A member that did not finish, in a report. */
export interface FailedMember {
  readonly collection: string
  readonly error: ReturnType<typeof hintedFailure>
}

/**
 * Does the work of each group of a set, one after another; if one fails, the others continue. Once `stop` aborts, no
 * more are begun: the stop is then the error of the remaining ones.
 */
export async function eachGroup<T, R>(
  groups: readonly (readonly T[])[],
  work: (group: readonly T[]) => Promise<readonly JobResult<R>[]>,
  { nameOf, stop }: { readonly nameOf: (one: T) => string; readonly stop?: AbortSignal | undefined },
): Promise<MemberResult<R>[]> {
  const ended: MemberResult<R>[] = []
  for (const group of groups) {
    try {
      stop?.throwIfAborted()
      const all = await work(group)
      for (const [at, one] of group.entries()) ended.push({ collection: nameOf(one), ...all[at]! })
    } catch (error) {
      for (const one of group) ended.push({ collection: nameOf(one), error })
    }
  }
  return ended
}

/** The failed members, each with its error. */
export function failedOf(members: readonly MemberResult<unknown>[]): FailedMember[] {
  return members.flatMap(({ collection, error }) =>
    error === undefined ? [] : [{ collection, error: hintedFailure(error) }],
  )
}
