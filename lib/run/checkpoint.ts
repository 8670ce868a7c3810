import type { Tally } from './tally.ts'

/** How far one input was settled: a line, and the digest of all lines up to it (stream/lines/digest.ts). */
export interface InputMark {
  readonly line: number
  readonly digest: string
}

/** How far a plan reaches: the inputs that were read, the last line of the last one, and a digest of all of them. */
export interface PlanMark {
  readonly inputs: number
  readonly line: number
  readonly digest: string
}

/** The tally at the beginning of an input. */
export interface InputStart {
  readonly lines: number
  readonly bytes: number
}

/** What every commit of a run rewrites, whatever the size of its input. */
export interface CheckpointState {
  /** The current input, counted from 0; those before it were read to their end. */
  readonly input: number
  readonly mark: InputMark
  /** Lines and bytes of the inputs before it. */
  readonly before: InputStart
  readonly tally: Tally
  readonly rejectsPath?: string
  readonly rejectsBytes: number
  /** What was read before anything was written, if replaced records are left out. */
  readonly plan?: PlanMark
  /** The SHA-256 of the run's own rejects file so far. */
  readonly rejectsDigest?: string
}

/**
 * A contiguous low watermark: every line before it is settled. Committed with or after the objects that it covers. What
 * only grows is passed once, in the next commit.
 */
export interface CheckpointStep extends CheckpointState {
  /** The last commits by repository since the step before. */
  readonly commits: ReadonlyMap<string, string>
  /** New marks to keep since the step before: the ends of inputs, and places in between. */
  readonly kept: readonly FinalMark[]
  /** Fingerprints of the records since the step before, if the input cannot be read twice. */
  readonly fingerprints?: Fingerprints
}

/** A mark that later ones do not replace. */
export interface FinalMark extends InputMark {
  readonly input: number
}

/** CRC-32s of consecutive records; `record` is the number of the first, counted from 1. */
export interface Fingerprints {
  readonly input: number
  readonly record: number
  readonly values: Uint32Array<ArrayBuffer>
}

/** A checkpoint with everything that its run recorded before it. */
export interface Checkpoint extends CheckpointState {
  /** The last commit by repository. */
  readonly commits: ReadonlyMap<string, string>
  /** The ends of the inputs before the current one. */
  readonly ends: readonly InputMark[]
  /** Places in the current input, in order of line. */
  readonly places: readonly InputMark[]
}
