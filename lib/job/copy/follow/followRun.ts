import type { Emit } from '../../../run/context.ts'
import type { RunEvent } from '../../../run/event/schema.ts'
import type { Run } from '../../../run/run.ts'
import type { CopyPass } from '../pass.ts'
import type { CopyReport } from '../report.ts'
import { countsOfFollow, type FollowFacts } from './facts.ts'
import type { FollowLock } from './followLock.ts'

/** The state of a copy that follows its source. */
export interface FollowRun {
  readonly run: Run
  readonly pass: CopyPass
  /** The class of the target. */
  readonly class: string
  /** The class of the source. */
  readonly source: string
  readonly handover: FollowLock | undefined
  facts: FollowFacts
  /** The report of the last pass of this process. */
  report: CopyReport | undefined
}

/** Saves the facts for a process that continues, and for those that watch. */
export function noteFollowFacts(following: FollowRun, facts: Partial<FollowFacts>): void {
  following.facts = { ...following.facts, ...facts }
  following.run.note(countsOfFollow(following.facts))
}

/** Events that every pass would repeat. */
const QUIET: ReadonlySet<RunEvent['type']> = new Set([
  'run_started',
  'run_ended',
  'changes_ahead',
  'schema_kept',
  'tenants_activated',
  'alias_resolved',
  'revectorizing',
] as const)

/** Passes on only the events that are worth reporting for every pass. */
export function noteworthyEvents(emit: Emit): Emit {
  return (event) => {
    if (!QUIET.has(event.type)) emit(event)
  }
}
