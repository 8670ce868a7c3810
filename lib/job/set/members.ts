import { hintedFailure } from '../../run/failure.ts'
import type { Ended } from '../../run/run.ts'

/** What became of one collection of a set. */
export interface MemberEnded<R> {
  /** Its class. */
  readonly collection: string
  /** Absent where it could not begin. */
  readonly report?: R
  /** What ended it; absent where nothing did. */
  readonly error?: unknown
}

/** One that did not come to its end, for a report. */
export interface FailedMember {
  readonly collection: string
  readonly error: ReturnType<typeof hintedFailure>
}

/**
 * Does the work of each group of a set, one after another; one that fails does not keep the others from theirs. Once `stop`
 * is aborted none is begun any more: of those that are left that is what ended them.
 */
export async function eachGroup<T, R>(
  groups: readonly (readonly T[])[],
  work: (group: readonly T[]) => Promise<readonly Ended<R>[]>,
  { nameOf, stop }: { readonly nameOf: (one: T) => string; readonly stop?: AbortSignal | undefined },
): Promise<MemberEnded<R>[]> {
  const ended: MemberEnded<R>[] = []
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

/** Those that failed, each with its error. */
export function failedOf(members: readonly MemberEnded<unknown>[]): FailedMember[] {
  return members.flatMap(({ collection, error }) =>
    error === undefined ? [] : [{ collection, error: hintedFailure(error) }],
  )
}
