import type { Tally } from './tally.ts'

/** How far one input was settled: a line, and the digest of all lines up to it (stream/lines/digest.ts). */
export interface InputMark {
  readonly line: number
  readonly digest: string
}

/** How far a plan reaches: the inputs that were read, the last line of the last one, and a digest of all of it. */
export interface PlanMark {
  readonly inputs: number
  readonly line: number
  readonly digest: string
}

/** What stood in the tally when an input was begun. */
export interface Before {
  readonly lines: number
  readonly bytes: number
}

/** What every commit of a run writes anew, whatever the size of its input. */
export interface CheckpointState {
  /** Which input is at hand, counted from 0; those before it are read to their end. */
  readonly input: number
  readonly mark: InputMark
  /** Lines and bytes of the inputs before it. */
  readonly before: Before
  readonly tally: Tally
  readonly rejectsPath?: string
  readonly rejectsBytes: number
  /** What was read before anything was written, where records were left out for later ones. */
  readonly plan?: PlanMark
  /** The SHA-256 of what a rejects file of the run's own holds so far. */
  readonly rejectsDigest?: string
}

/**
 * A contiguous low watermark: every line before it is settled. Committed with or after what it speaks of.
 * What only grows is given once, by the commit after it came.
 */
export interface CheckpointStep extends CheckpointState {
  /** The last commits by repository that came since the step before. */
  readonly commits: ReadonlyMap<string, string>
  /** Marks to be kept that came since the step before: the ends of inputs, and places on the way. */
  readonly kept: readonly KeptMark[]
  /** Fingerprints of the records that came since the step before, where the input cannot be read twice. */
  readonly fingerprints?: Fingerprints
}

/** A mark that later ones do not replace. */
export interface KeptMark extends InputMark {
  readonly input: number
}

/** CRC-32s of records, one after the other; `record` is the number of the first, counted from 1. */
export interface Fingerprints {
  readonly input: number
  readonly record: number
  readonly values: Uint32Array<ArrayBuffer>
}

/** A checkpoint with all that its run noted before it. */
export interface Checkpoint extends CheckpointState {
  /** The last commit by repository. */
  readonly commits: ReadonlyMap<string, string>
  /** The ends of the inputs before the one at hand. */
  readonly ends: readonly InputMark[]
  /** Places on the way through the one at hand, in order of line. */
  readonly places: readonly InputMark[]
}
