import type { Retrying } from '../../async/retry.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { WriteContext } from '../../run/context.ts'
import type { Run } from '../../run/run.ts'
import type { Collection, Health, Store, Tenant } from '../../store/store.ts'
import type { SplitReferences } from '../../transform/object/references.ts'
import type { TransformPipeline } from '../../transform/pipeline.ts'
import type { SchemaDifference } from '../../transform/schema/differences.ts'
import type { PatchedSchema, SchemaPatch } from '../../transform/schema/patch.ts'
import type { Transform } from '../../transform/transform.ts'
import type { HealthFinding } from '../health/report.ts'
import type { Selection } from '../selection/selection.ts'
import type { UnseenIds } from '../selection/unseenIds.ts'
import type { OwnWrites } from '../undo/ownWrites.ts'
import type { Traces } from '../undo/traces.ts'
import type { UndoRecorder } from '../undo/undoRecorder.ts'
import type { AliasFacts, AliasPlan } from './alias/plan.ts'
import type { Deletions, ExtraneousIds } from './conflict/extraneousIds.ts'
import type { NewProperties } from './conflict/newProperties.ts'
import type { Precedence } from './conflict/precedence.ts'
import type { Strategy } from './conflict/strategy.ts'
import type { SeenIds } from './distinctIds.ts'
import type { RestoreOptions } from './options.ts'
import type { ReadAhead } from './part/readAhead.ts'
import type { ExpiryCheck, PartTally } from './part/tally.ts'
import type { PlannedFacts } from './planned/format.ts'
import type { Plan } from './planned/plan.ts'
import type { PartFacts, RestoreLog } from './progressTable.ts'
import type { RejectReasons } from './reasons.ts'
import type { RestoreSource, SourcePart } from './source/source.ts'
import type { PartSpool, PlacedLink, WrittenObject } from './target/partSpool.ts'
import type { RejectOrigin, RestoreRejects } from './target/rejects.ts'
import type { WrittenIds } from './target/writtenIds.ts'
import type { CheckedVectors } from './vectors/checkedVectors.ts'
import type { VectorPresence } from './vectors/presence.ts'
import type { RemadeObjects } from './vectors/remade.ts'

/** The context of a restore. */
export interface RestoreContext extends WriteContext {
  /** Asks whether a replace may delete what it would; without it, the replace may. */
  readonly confirm?: (deletions: Deletions) => Promise<boolean>
  /** The plan to apply: nothing else is done. */
  readonly applying?: Plan
  /** The kind in the journal: a copy reads the objects of another store. Default `restore`. */
  readonly kind?: 'restore' | 'copy'
  /**
   * Proves that the target is right, instead of reading back what was written.
   * @throws ElysiaError if it is not
   */
  readonly prove?: (run: RestoreRun) => Promise<void>
  /** Asks for the health of the target; by default the store. */
  readonly health?: () => Promise<Health>
  /** Which objects of an existing class stay, whatever the source has. */
  readonly precedence?: Precedence
  /** Changes objects and their class before they are written; in this order. */
  readonly transforms?: readonly Transform[]
  /** The rejects files by path, for restores that follow each other and put their rejects into one. */
  readonly rejectsFiles?: Map<string, RestoreRejects>
}

/** What will be made in the target, decided before anything is written. */
export interface RestorePlan {
  /** The class to make, without its reference properties. */
  readonly schema: CollectionSchema
  readonly references: readonly NonNullable<CollectionSchema['properties']>[number][]
  readonly patches: readonly SchemaPatch[]
  /** Undefined if the class has no tenants. */
  readonly tenants: readonly Tenant[] | undefined
  readonly aliases: readonly string[]
  readonly parts: readonly SourcePart[]
  /** The objects of these parts, according to the archive. */
  readonly objects: number | undefined
  /** The selected tenants; undefined for all. */
  readonly only: ReadonlySet<string> | undefined
  /** The selected objects and fields; undefined for all. */
  readonly selection: Selection | undefined
  /** The transforms of the selected objects. */
  readonly transforms: TransformPipeline
  /** How to handle properties that the class does not have. */
  readonly newProperties: NewProperties
  /** Refuses vectors that do not fit. */
  readonly vectors: CheckedVectors
  /** Which vectors objects may lack. */
  readonly presence: VectorPresence
  readonly split: SplitReferences
  /** Reduces an object to what the store must return. */
  readonly compared: (object: StoredObject) => StoredObject
  /** For a class whose objects expire in the target: which of them may. */
  readonly mayExpire: ExpiryCheck | undefined
}

/** An existing class, and which side wins in it. */
export interface ExistingClass {
  readonly schema: CollectionSchema
  readonly strategy: Strategy
  readonly traces: Traces
  /** True if an interrupted run of the same command has begun to change it. */
  readonly continues: boolean
}

/** The state of a prepared restore. */
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
  /** True if an interrupted restore made the class, and this one continues it. */
  readonly continues: boolean
  /** Undefined if the restore makes the class itself. */
  readonly existing: ExistingClass | undefined
  /** The alias that will mean the class; undefined if none is switched. */
  readonly alias: AliasPlan | undefined
  /** The plan to apply; undefined if only the strategy decides. */
  readonly applying: Plan | undefined
  /** Reads the first part while the class is made. */
  readonly ahead: ReadAhead
  readonly progress: RestoreState
}

/** The files of a restore on disk. */
export interface RestoreFiles {
  /** The finished parts. */
  readonly log: RestoreLog
  /** References, until all objects are written. */
  readonly spool: PartSpool<PlacedLink>
  /** For bytes that can be read only once: the written ids. */
  readonly written: WrittenIds | undefined
  /** If transforms may give new ids: those of all parts. */
  readonly seen: SeenIds | undefined
  /** Saves an existing class before it is changed; undefined if nothing is saved. */
  readonly undo: UndoRecorder | undefined
  /** Records the writes of a run without undo; undefined if not needed. */
  readonly own: OwnWrites | undefined
  /** If vectors of existing objects are made again: those that are done. */
  readonly remade: RemadeObjects | undefined
  /** What a replace will delete; undefined for other strategies. */
  readonly extraneous: ExtraneousIds | undefined
  /** What was written into an existing class. */
  readonly writes: PartSpool<WrittenObject>
  readonly rejects: RestoreRejects | undefined
  /** The source that lines of the rejects file name. */
  readonly origin: RejectOrigin
}

/** What has been done so far. */
export interface RestoreState {
  /** Parts finished by this run or an earlier one. */
  readonly parts: Map<string, PartFacts>
  /** Parts that are being written. */
  readonly begun: Map<string, PartTally>
  /** Damaged parts, with what was wrong. */
  readonly damaged: Map<string, string>
  /** Parts that an interrupted restore had finished. */
  continued: number
  /** Requested ids for which no object has come. */
  unseen: UnseenIds
  /** Why this process refused objects. */
  readonly reasons: RejectReasons
  differences: readonly SchemaDifference[]
  /** The class as changed after the target refused it; undefined if it accepted it. */
  remade: PatchedSchema | undefined
  aliases: string[]
  /** The result for the switched alias. */
  alias: AliasFacts | undefined
  /** Objects in an existing class before; undefined if they were not counted. */
  there: number | undefined
  /** What a written plan would do. */
  planned: PlannedFacts | undefined
  /** Objects that a plan would delete, but that have changed since it was made. */
  leftAlone: number
  /** Objects removed from an existing class. */
  deleted: number
  /** Objects that this process wrote, and how long it took. */
  writtenHere: number
  writeSeconds: number
  /** What endangers the written data, as checked afterwards. */
  health: readonly HealthFinding[]
  /** Batches in flight at once, as finally chosen; 0 if there were none. */
  workers: number
}
