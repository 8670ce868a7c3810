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
import type { RefusedObjects } from './refused.ts'

/** The context of a backup. */
export interface BackupContext extends RunContext {
  /** Called with the plan once it is known, before the scan. */
  readonly onBegun?: (plan: Plan) => void
  /** The id of the archive that is made; a new one without. An archive that is resumed keeps its own. */
  readonly archiveId?: string
  /** The id of the set that the archive is one of. */
  readonly set?: string
  /** Go on where a backup into this place was interrupted. */
  readonly resume?: boolean
  /** Make an increment of the newest of this chain; without it, a full archive. */
  readonly base?: Chain
  /** Finds the base of an increment that is resumed. */
  readonly findArchive?: FindArchive
  /** What becomes of objects, and of their class, before they are archived; in this order. */
  readonly transforms?: readonly Transform[]
  /** True where somebody has said that vectors stay, though transforms change the texts that they were made of. */
  readonly keepsVectors?: boolean
  /** Where objects go that a transform refuses: `RUN.jsonl` in this directory. Without it they are counted alone. */
  readonly rejectsDirectory?: string
}

/** What is to be backed up, where to and how. */
export interface BackupTask {
  readonly store: Store
  /** The collection as it was named. */
  readonly name: string
  /** Where the archive will lie; `-` for a pipe. */
  readonly location: string
  readonly options: BackupOptions
}

/** How far a backup has come, for its report. */
export interface BackupState {
  plan?: Plan
  /** Parts that count. */
  readonly parts: Part[]
  /** The index of these, and of what else an increment notes. */
  readonly index: IndexPart[]
  /** Of an increment: what it is made of. */
  base?: Chain
  /** Of an increment: objects that were looked at, by tenant. */
  readonly scanned: Map<string | undefined, number>
  /** How many of the parts an interrupted run had made. */
  kept: number
  manifest?: Manifest
  /** Bytes that were written, where the parts do not say. */
  bytes?: number
  /** Objects that a transform refused. */
  readonly refused: RefusedObjects
  /** Of the ids that were asked for those of which no object has come. */
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
