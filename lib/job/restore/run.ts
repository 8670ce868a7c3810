import type { Retrying } from '../../async/retry.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { WriteContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { Collection, Store, Tenant } from '../../store/store.ts'
import type { SplitReferences } from '../../transform/object/references.ts'
import type { TransformPipeline } from '../../transform/pipeline.ts'
import type { SchemaDifference } from '../../transform/schema/differences.ts'
import type { PatchedSchema, SchemaPatch } from '../../transform/schema/patch.ts'
import type { Transform } from '../../transform/transform.ts'
import type { HealthFinding } from '../health/report.ts'
import type { Selection } from '../selection/selection.ts'
import type { UnseenIds } from '../selection/unseenIds.ts'
import type { UndoKeeping } from '../undo/keeping.ts'
import type { OwnWrites } from '../undo/ownWrites.ts'
import type { Traces } from '../undo/traces.ts'
import type { AliasFacts, AliasPlan } from './alias/plan.ts'
import type { NewProperties } from './conflict/newProperties.ts'
import type { Precedence } from './conflict/precedence.ts'
import type { Strategy } from './conflict/strategy.ts'
import type { Deletions, VanishingIds } from './conflict/vanishingIds.ts'
import type { SeenIds } from './distinctIds.ts'
import type { RestoreOptions } from './options.ts'
import type { ReadAhead } from './part/ahead.ts'
import type { MayExpire, PartTally } from './part/tally.ts'
import type { PlannedFacts } from './planned/format.ts'
import type { Plan } from './planned/plan.ts'
import type { PartFacts, RestoreLog } from './progressTable.ts'
import type { Reasons } from './reasons.ts'
import type { RestoreSource, SourcePart } from './source/source.ts'
import type { PartSpool, PlacedLink, WrittenObject } from './target/partSpool.ts'
import type { RejectOrigin, RestoreRejects } from './target/rejects.ts'
import type { WrittenIds } from './target/writtenIds.ts'
import type { CheckedVectors } from './vectors/checked.ts'
import type { VectorPresence } from './vectors/presence.ts'

/** The context of a restore. */
export interface RestoreContext extends WriteContext {
  /** Asks whether a replace may delete what it would; without it, it may. */
  readonly confirm?: (deletions: Deletions) => Promise<boolean>
  /** The plan that is applied: nothing but what it says is done. */
  readonly applying?: Plan
  /** What the journal calls it: a copy reads the objects of another store. Default `restore`. */
  readonly kind?: 'restore' | 'copy'
  /**
   * Proves, in place of reading back what was written, that the target is what it should be.
   * @throws ElysiaError where it is not
   */
  readonly prove?: (run: RestoreRun) => Promise<void>
  /** What of a class that is there stays as it is, whatever the source has. */
  readonly precedence?: Precedence
  /** What becomes of objects, and of their class, before they are written; in this order. */
  readonly transforms?: readonly Transform[]
}

/** What is to be made in the target, decided before anything is written. */
export interface RestorePlan {
  /** The class as it is made, without its reference properties. */
  readonly schema: CollectionSchema
  readonly references: readonly NonNullable<CollectionSchema['properties']>[number][]
  readonly patches: readonly SchemaPatch[]
  /** Undefined where the class has no tenants. */
  readonly tenants: readonly Tenant[] | undefined
  readonly aliases: readonly string[]
  readonly parts: readonly SourcePart[]
  /** Objects of these parts, as their archive says. */
  readonly objects: number | undefined
  /** The tenants whose objects are wanted; undefined for all. */
  readonly only: ReadonlySet<string> | undefined
  /** Which of their objects, and what of them; undefined for all. */
  readonly selection: Selection | undefined
  /** What becomes of those that are selected. */
  readonly transforms: TransformPipeline
  /** What becomes of properties that the class does not have. */
  readonly newProperties: NewProperties
  /** Refuses what does not fit of vectors. */
  readonly vectors: CheckedVectors
  /** Which vectors objects may lack. */
  readonly presence: VectorPresence
  readonly split: SplitReferences
  /** Leaves of an object what the store has to give back. */
  readonly compared: (object: StoredObject) => StoredObject
  /** Of a class whose objects expire in the target: which of them may. */
  readonly mayExpire: MayExpire | undefined
}

/** A class that is there already, and how what is in it gives way. */
export interface Existing {
  readonly schema: CollectionSchema
  readonly strategy: Strategy
  readonly traces: Traces
  /** True where an interrupted run of the same command has begun to change it. */
  readonly continues: boolean
}

/** What a restore works with once its preparations are made. */
export interface RestoreRun {
  readonly frame: Run
  readonly id: string
  readonly class: string
  readonly store: Store
  readonly collection: Collection
  readonly source: RestoreSource
  readonly options: RestoreOptions
  readonly plan: RestorePlan
  readonly retry: Retrying
  readonly kept: RestoreFiles
  /** True where an interrupted restore has made the class, and this one goes on. */
  readonly continues: boolean
  /** Undefined where the class is this restore's own. */
  readonly existing: Existing | undefined
  /** The alias that is to mean the class; undefined where none is to be switched. */
  readonly alias: AliasPlan | undefined
  /** The plan that is applied; undefined where the strategy alone decides. */
  readonly applying: Plan | undefined
  /** Reads the first part while the class is made. */
  readonly ahead: ReadAhead
  readonly progress: RestoreState
}

/** What a restore keeps on the disk. */
export interface RestoreFiles {
  /** The parts that are done. */
  readonly log: RestoreLog
  /** References, until all objects are there. */
  readonly spool: PartSpool<PlacedLink>
  /** Of bytes that can be had only once. */
  readonly written: WrittenIds | undefined
  /** Where transforms may give objects other ids: those of all parts. */
  readonly seen: SeenIds | undefined
  /** What an existing class was before it is changed; undefined where nothing is kept. */
  readonly undo: UndoKeeping | undefined
  /** What a run without an undo notes of its writes; undefined where that has no use. */
  readonly own: OwnWrites | undefined
  /** What a replace will delete; undefined of anything else. */
  readonly vanishing: VanishingIds | undefined
  /** What was written into an existing class. */
  readonly writes: PartSpool<WrittenObject>
  readonly rejects: RestoreRejects | undefined
  /** What the lines of the rejects file say that they are of. */
  readonly origin: RejectOrigin
}

/** What has been done so far. */
export interface RestoreState {
  /** Parts that were brought to their end, by this run or the one before it. */
  readonly parts: Map<string, PartFacts>
  /** Parts that are being written. */
  readonly begun: Map<string, PartTally>
  /** Parts that were damaged, with what was wrong. */
  readonly damaged: Map<string, string>
  /** Parts that an interrupted restore had brought to their end. */
  continued: number
  /** Of the ids that were asked for those of which no object has come. */
  unseen: UnseenIds
  /** Why this process refused objects. */
  readonly reasons: Reasons
  differences: readonly SchemaDifference[]
  /** The class as it was changed once the target had refused it; undefined where it took it. */
  remade: PatchedSchema | undefined
  aliases: string[]
  /** What became of the alias that was to be switched. */
  alias: AliasFacts | undefined
  /** Objects that an existing class held before; undefined where they were not counted. */
  there: number | undefined
  /** What a plan that was written would do. */
  planned: PlannedFacts | undefined
  /** Objects that a plan would delete, and that have changed since it was made. */
  leftAlone: number
  /** Objects that were removed from an existing class. */
  deleted: number
  /** Objects that this process wrote, and how long it took. */
  writtenHere: number
  writeSeconds: number
  /** What endangers what was written, as it was seen afterwards. */
  health: readonly HealthFinding[]
  /** Batches in flight at once, as it came to be; 0 where none were. */
  workers: number
}
