import type { FindArchive } from '../../archive/chain/chain.ts'
import type { RunContext } from '../../run/context.ts'
import type { Failure } from '../../run/failure.ts'
import type { ComparedStore } from './live.ts'
import type { VerifyOptions } from './options.ts'

/** A difference from what the manifest says. `part` is present if it concerns one. */
export interface ArchiveFault {
  readonly file: string
  readonly fact: string
  readonly part: boolean
  /** The id of the base that contains the file; absent for the archive itself. */
  readonly base?: string
  /** At level `live`: the first ids that differ in the range. */
  readonly ids?: readonly string[]
}

/** What a verification found. Nothing is damaged if `faults` is empty. */
export interface VerifyReport {
  /** The id of the run. */
  readonly id: string
  readonly archive: string
  readonly location: string
  readonly level: VerifyOptions['level']
  /** `unchecked`: the sample is a group without parts, and nothing else was found. */
  readonly status: 'complete' | 'damaged' | 'unchecked' | 'failed' | 'interrupted'
  readonly parts: number
  readonly parts_checked: number
  readonly objects_checked: number
  readonly bytes_checked: number
  readonly num_errors: number
  readonly broken_parts: readonly string[]
  readonly faults: readonly ArchiveFault[]
  /** At level `live`, if there are any: objects that are gone from the store because they expired. No fault. */
  readonly expired?: number
  /** True if --max-errors ended it early. */
  readonly stopped: boolean
  readonly suggested_command?: string
  /** When this process began it, in ISO 8601 and UTC. */
  readonly started_at: string
  readonly seconds: number
  /** The error that kept the verification from finishing. */
  readonly error?: Failure
}

/** The context of a verification. */
export interface VerifyContext extends RunContext {
  /** What to compare with at level `live`. */
  readonly against?: ComparedStore
  /** Finds the bases of an increment. */
  readonly findArchive?: FindArchive
}
