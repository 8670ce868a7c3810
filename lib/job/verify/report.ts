import type { FindArchive } from '../../archive/chain/chain.ts'
import type { RunContext } from '../../run/context.ts'
import type { Failure } from '../../run/failure.ts'
import type { Against } from './live.ts'
import type { VerifyOptions } from './options.ts'

/** Something that is not as the manifest says. `part` where it is about one. */
export interface ArchiveFault {
  readonly file: string
  readonly fact: string
  readonly part: boolean
  /** The id of the base that the file is of, where it is not of the archive itself. */
  readonly base?: string
  /** Of level `live`: the first ids that differ in the range that it is about. */
  readonly ids?: readonly string[]
}

/** What a verification found. Nothing is damaged where `faults` is empty. */
export interface VerifyReport {
  /** The id of the run. */
  readonly id: string
  readonly archive: string
  readonly location: string
  readonly level: VerifyOptions['level']
  /** `unchecked`: the sample is a group that no part belongs to, and nothing else was found. */
  readonly status: 'complete' | 'damaged' | 'unchecked' | 'failed' | 'interrupted'
  readonly parts: number
  readonly parts_checked: number
  readonly objects_checked: number
  readonly bytes_checked: number
  readonly num_errors: number
  readonly broken_parts: readonly string[]
  readonly faults: readonly ArchiveFault[]
  /** Of level `live`, where there are any: objects that the store has no more, since they have expired. No fault. */
  readonly expired?: number
  /** True where --max-errors ended it early. */
  readonly stopped: boolean
  readonly suggested_command?: string
  /** When this process began it, in ISO 8601 and UTC. */
  readonly started_at: string
  readonly seconds: number
  /** What kept the verification from its end. */
  readonly error?: Failure
}

/** The context of a verification. */
export interface VerifyContext extends RunContext {
  /** What to compare with at level `live`. */
  readonly against?: Against
  /** Finds the bases of an increment. */
  readonly findArchive?: FindArchive
}
