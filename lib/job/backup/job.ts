import type { Chain, FindArchive } from '../../archive/chain/chain.ts'
import type { IndexPart, Manifest, Part, Plan } from '../../archive/manifest.ts'
import type { Retrying } from '../../async/retry.ts'
import type { RunContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import type { Transform } from '../../transform/transform.ts'
import type { UnseenIds } from '../selection/unseenIds.ts'
import type { BackupOptions } from './options.ts'
import type { CollectionInfo } from './plan.ts'
import type { RefusedObjects } from './refusedObjects.ts'

/** The context of a backup. */
export interface BackupContext extends RunContext {
  /** Called with the plan before the scan. */
  readonly onBegun?: (plan: Plan) => void
  /** The id of the new archive; generated if absent. A resumed archive keeps its own. */
  readonly archiveId?: string
  /** The id of the set that the archive belongs to. */
  readonly set?: string
  /** Continue an interrupted backup into this place. */
  readonly resume?: boolean
  /** Make an increment of the newest of this chain; without it, a full archive. */
  readonly base?: Chain
  /** Finds the base of a resumed increment. */
  readonly findArchive?: FindArchive
  /** Changes objects and their class before they are archived; in this order. */
  readonly transforms?: readonly Transform[]
  /** True if the user keeps vectors although transforms change their texts. */
  readonly keepsVectors?: boolean
  /** The directory for objects that a transform refuses: `RUN.jsonl`. Without it they are only counted. */
  readonly rejectsDirectory?: string
}

/** What to back up, where to and how. */
export interface BackupTask {
  readonly store: Store
  /** The collection as the user named it. */
  readonly name: string
  /** The location of the archive; `-` for a pipe. */
  readonly location: string
  readonly options: BackupOptions
}

/** The progress of a backup, for its report. */
export interface BackupState {
  plan?: Plan
  /** Parts that count. */
  readonly parts: Part[]
  /** The index of these parts, and of what else an increment notes. */
  readonly index: IndexPart[]
  /** The base of an increment. */
  base?: Chain
  /** For an increment: objects that were looked at, by tenant. */
  readonly scanned: Map<string | undefined, number>
  /** How many of the parts came from an interrupted run. */
  kept: number
  manifest?: Manifest
  /** Written bytes, if the parts do not say. */
  bytes?: number
  /** Objects that a transform refused. */
  readonly refused: RefusedObjects
  /** Requested ids for which no object has come. */
  readonly unseen: UnseenIds
}

/** A backup that has begun. */
export interface BackupJob {
  readonly run: Run
  readonly context: BackupContext
  readonly task: BackupTask
  readonly subject: CollectionInfo
  readonly retry: Retrying
  readonly state: BackupState
}
