import type { RunCounts } from '../../../run/record.ts'

/** The states of a copy that follows its source. */
export const FOLLOW_STATES = ['copying', 'following', 'ready', 'finishing', 'finished', 'carrying'] as const

/** The state of a copy that follows its source. */
export type FollowState = (typeof FOLLOW_STATES)[number]

/** The progress kept in the counts of its run. */
export interface FollowFacts {
  readonly state: FollowState
  /** Finished passes; the first one copies everything. */
  readonly passes: number
  /** Objects written and deleted by all passes. */
  readonly written: number
  readonly deleted: number
  /** Objects still to be sent, approximately. */
  readonly left: number
  /** Objects that change in the source per minute, approximately. */
  readonly perMinute: number
  /** When the last finished pass began, in milliseconds; 0 before. */
  readonly beganMs: number
  /** True if the first pass made the class of the target: there is no earlier state to save. */
  readonly made: boolean
  /** Identifies what is copied and in which form; 0 before it is recorded. */
  readonly asked: number
  /** From when on writes to the target come through the alias, in milliseconds by its clock; 0 before. */
  readonly switchedMs: number
  /** Objects that the source received around the switch and that were carried over after it. */
  readonly carried: number
  /** Objects among them that were removed from the target: `--max-delete` bounds all of them together. */
  readonly removed: number
  /** Objects that stayed because they had come through the alias meanwhile. */
  readonly newer: number
}

/** The facts before the first pass. */
export const INITIAL_FACTS: FollowFacts = {
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
  removed: 0,
  newer: 0,
}

/** The facts in the form that the journal keeps. */
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

/** The facts from a journal; undefined for a copy that does not follow. */
export function followOfCounts(counts: RunCounts | undefined): FollowFacts | undefined {
  const state = FOLLOW_STATES[Number(counts?.state ?? -1)]
  if (counts === undefined || state === undefined) return undefined
  const saved = counts as Record<string, number>
  const { passes, written, deleted, left, per_minute, began_ms, made, asked } = saved
  const { switched_ms, carried, removed, newer } = saved
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
    removed: removed ?? 0,
    newer: newer ?? 0,
  }
}
