import type { RunCounts } from '../../../run/record.ts'

/** How far a copy that follows its source has come. */
export const FOLLOW_STATES = ['copying', 'following', 'ready', 'finishing', 'finished', 'carrying'] as const

export type FollowState = (typeof FOLLOW_STATES)[number]

/** What is kept of it in the counts of its run. */
export interface FollowFacts {
  readonly state: FollowState
  /** Passes that came to their end, the first of which copies everything. */
  readonly passes: number
  /** Objects that were written and deleted by all passes. */
  readonly written: number
  readonly deleted: number
  /** Objects that are still to be sent, about. */
  readonly left: number
  /** Objects that change in the source in a minute, about. */
  readonly perMinute: number
  /** When the last pass that came to its end began, in milliseconds; 0 before. */
  readonly beganMs: number
  /** True where the first pass has made the class of the target: nothing of before is to be kept. */
  readonly made: boolean
  /** What tells what is copied, and as what, from anything else; 0 before it is noted. */
  readonly asked: number
  /** From when on what the target gets comes through the alias, in milliseconds by its clock; 0 before. */
  readonly switchedMs: number
  /** Objects that the source got around the switch of the alias, and that were carried over after it. */
  readonly carried: number
  /** Those that stayed as they had come through the alias meanwhile. */
  readonly newer: number
}

export const NOTHING_FOLLOWED: FollowFacts = {
  state: 'copying',
  passes: 0,
  written: 0,
  deleted: 0,
  left: 0,
  perMinute: 0,
  beganMs: 0,
  made: false,
  asked: 0,
  switchedMs: 0,
  carried: 0,
  newer: 0,
}

/** The facts as the journal keeps them. */
export function countsOfFollow({
  state,
  perMinute,
  beganMs,
  switchedMs,
  made,
  ...counts
}: FollowFacts): RunCounts {
  return {
    ...counts,
    per_minute: perMinute,
    began_ms: beganMs,
    switched_ms: switchedMs,
    made: Number(made),
    state: FOLLOW_STATES.indexOf(state),
  }
}

/** The facts that a journal has kept; undefined of a copy that does not follow. */
export function followOfCounts(counts: RunCounts | undefined): FollowFacts | undefined {
  const state = FOLLOW_STATES[Number(counts?.state ?? -1)]
  if (counts === undefined || state === undefined) return undefined
  const { passes, written, deleted, left, per_minute, began_ms, made, asked, switched_ms, carried, newer } =
    counts as Record<string, number>
  return {
    state,
    passes: passes ?? 0,
    written: written ?? 0,
    deleted: deleted ?? 0,
    left: left ?? 0,
    perMinute: per_minute ?? 0,
    beganMs: began_ms ?? 0,
    made: made === 1,
    asked: asked ?? 0,
    switchedMs: switched_ms ?? 0,
    carried: carried ?? 0,
    newer: newer ?? 0,
  }
}
