import type { Item } from '../../../core/entry.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { Outcome, Settlement } from '../../../core/outcome.ts'
import { Reject } from '../../../core/reject.ts'
import type { Passes } from '../../../core/report.ts'
import type { Checkpoint, CheckpointStep, FinalMark, InputStart, PlanMark } from '../../../run/checkpoint.ts'
import type { Emit } from '../../../run/context.ts'
import type { RunEvent } from '../../../run/event/schema.ts'
import { rejectLine } from '../../../run/rejectLine.ts'
import type { RejectsFile } from '../../../run/rejectsFile.ts'
import { addSettlement, addsUp, emptyTally, recordPosition, type Tally } from '../../../run/tally.ts'
import type { LinesDigest } from '../../../stream/lines/digest.ts'
import { LineTrail } from '../../../stream/lines/trail.ts'
import { type ErrorLimit, RECORDS_BEFORE_SHARE, refuseTooMany } from './errorLimit.ts'
import { settledEvents } from './settledEvents.ts'

/** What a ledger needs from settled lines to recognize an input that comes again. */
export type RecordedTrail = Pick<LineTrail, 'hex' | 'takeMarks' | 'takeFingerprints'> & {
  add(item: Item): void
}

/** Where a ledger's entries go besides the tally. */
export interface LedgerOptions {
  readonly rejects?: RejectsFile | undefined
  readonly limit?: ErrorLimit | undefined
  /** Makes a checkpoint durable; it covers only acknowledged writes and written rejects. */
  readonly commit?: ((step: CheckpointStep) => void) | undefined
  readonly emit?: Emit
  /** True if a commit may still be rolled back: then call `tell` to report it. */
  readonly tellsLater?: boolean
  /** True for an input that cannot be read twice. */
  readonly readOnce?: (index: number) => boolean
  /** Names the input in the rejects file, if a run has several. */
  readonly sourceOf?: (index: number) => string | undefined
  /** Lines of an input before the first one that is read: line numbers include them, the tally does not. */
  readonly linesBefore?: (index: number) => number
  /** The stored size of each input in bytes; undefined if one of them is unknown. */
  readonly sizes?: readonly number[] | undefined
}

/**
 * Keeps account of a run: counts every settlement, writes its rejects, and then commits a checkpoint, in this order.
 * Settlements come in the order of the input.
 */
export class Ledger {
  readonly #options: LedgerOptions
  #input = 0
  #trail: RecordedTrail = new LineTrail()
  #line = 0
  #kept: FinalMark[] = []
  #newCommits = new Map<string, string>()
  #before: InputStart = { lines: 0, bytes: 0 }
  readonly #startedMs = performance.now()
  tally: Tally = emptyTally()
  /** The last commit by repository. */
  commits = new Map<string, string>()
  /** The line after which an interrupted run continued; 0 if it did not. */
  continuedFromLine = 0
  #recordsBefore = 0
  #untold: RunEvent[] = []
  /** The result of reading the inputs before writing, if replaced records are left out. */
  plan: PlanMark | undefined
  /** How the inputs are read. */
  passes: Passes = 'one'
  /** Batches in flight at once, as finally chosen; undefined if there were none. */
  workers: number | undefined
  /** Stored bytes of the current input for each byte of its lines. */
  ratio = () => 1

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  /** Starts the run over, as if nothing had been read. */
  reset(): void {
    this.tally = { ...emptyTally(), retries: this.tally.retries }
    this.commits = new Map()
    this.#newCommits = new Map()
    this.#kept = []
    this.continuedFromLine = 0
    this.#recordsBefore = 0
    this.#options.rejects?.reset()
    this.#beginInput(0)
  }

  /** Restores a checkpoint. The input of its mark continues; call `resumeInput` next. */
  restoreCheckpoint({ tally, input, before, commits, rejectsBytes, rejectsDigest }: Checkpoint): void {
    this.tally = structuredClone(tally)
    this.commits = new Map(commits)
    this.continuedFromLine = tally.lines
    this.#recordsBefore = tally.records
    this.#beginInput(input)
    this.#before = before
    this.#options.rejects?.continueAt(rejectsBytes, rejectsDigest)
  }

  /**
   * Sets the counts back after a failure: only what the last committed checkpoint covers is settled; without one,
   * nothing is.
   */
  revertTo(checkpoint: Checkpoint | undefined): void {
    this.#untold = []
    const { tally = emptyTally(), commits = [] } = checkpoint ?? {}
    this.tally = { ...structuredClone(tally), retries: this.tally.retries }
    this.commits = new Map(commits)
  }

  /** Records that this process settled. */
  get settledHere(): number {
    return this.tally.records - this.#recordsBefore
  }

  /** The last settled line of the current input; 0 before the first. */
  get line(): number {
    return this.#line
  }

  /** The input continues after the lines in `digest`. */
  resumeInput(line: number, digest: LinesDigest): void {
    this.#line = line
    this.#trail = this.#trailOf(this.#input, digest)
  }

  /** Continues after this line of an input that was read before, with a trail that knows it. */
  follow(line: number, trail: RecordedTrail): void {
    this.#line = line
    this.#trail = trail
  }

  /** Begins an input at its first line. */
  #beginInput(input: number): void {
    this.#input = input
    this.#line = 0
    this.#trail = this.#trailOf(input)
    const linesBefore = this.#options.linesBefore?.(input) ?? 0
    this.#before = { lines: this.tally.lines - linesBefore, bytes: this.tally.bytes }
  }

  #trailOf(input: number, digest?: LinesDigest): LineTrail {
    const fingerprints = this.#options.commit !== undefined && this.#options.readOnce?.(input) === true
    return new LineTrail({ fingerprints, ...(digest && { digest }) })
  }

  /** Checks the number of rejects so far. @throws ElysiaError ELYSIA_TOO_MANY_REJECTS */
  requireFewRejects(): void {
    refuseTooMany(this.tally, this.#options, this.tally.records >= RECORDS_BEFORE_SHARE)
  }

  /**
   * Too many rejects are reported by the next settlement, or at the end: this one, which may be part of a transaction,
   * stays settled.
   * @throws ElysiaError ELYSIA_TOO_MANY_REJECTS, ELYSIA_STATE
   */
  settle(settlement: Settlement): void {
    this.requireFewRejects()
    const { outcomes, end } = settlement
    for (const { item } of outcomes) this.#note(item)
    this.#line = end.line
    addSettlement(this.tally, settlement, this.#before)
    const rejected = outcomes.filter(({ name }) => name === 'rejected')
    const source = this.#options.sourceOf?.(this.#input)
    this.#options.rejects?.append(rejected.map((reject) => rejectLine(reject, source)))
    this.#commit()
    this.#noteSettled(outcomes)
    if (this.#options.tellsLater !== true) this.tell()
  }

  /** Everything settled so far is durable: emits its events. */
  tell(): void {
    const untold = this.#untold
    this.#untold = []
    for (const event of untold) this.#options.emit?.(event)
  }

  /** Ends an input that was read completely: `lines` and `bytes` include blank lines after the last record. */
  endInput(lines: number, bytes: number): void {
    recordPosition(this.tally, this.#before.lines + lines, this.#before.bytes + bytes)
    this.#keepMarks()
    this.#kept.push({ input: this.#input, line: this.#line, digest: this.#trail.hex() })
    this.#beginInput(this.#input + 1)
    this.#commit()
  }

  /** @throws ElysiaError ELYSIA_ACCOUNTING, ELYSIA_TOO_MANY_REJECTS */
  close(): void {
    refuseTooMany(this.tally, this.#options, true)
    if (addsUp(this.tally)) return
    throw new ElysiaError('ELYSIA_ACCOUNTING', `the sums do not add up: ${JSON.stringify(this.tally)}`, {
      hint: 'this is a defect of elysiactl; please report it with this message',
    })
  }

  #noteSettled(outcomes: readonly Outcome[]): void {
    if (this.#options.emit === undefined) return
    const inputBytes = Math.round((this.tally.bytes - this.#before.bytes) * this.ratio())
    const settled = {
      input: this.#input,
      inputBytes,
      tally: this.tally,
      sizes: this.#options.sizes,
      seconds: (performance.now() - this.#startedMs) / 1000,
    }
    this.#untold.push(...settledEvents(outcomes, settled))
  }

  #note(item: Item): void {
    this.#trail.add(item)
    if (item instanceof Reject || item.changeset === undefined) return
    const { repo = '', commit } = item.changeset
    this.commits.set(repo, commit)
    this.#newCommits.set(repo, commit)
  }

  #keepMarks(): void {
    for (const mark of this.#trail.takeMarks()) this.#kept.push({ ...mark, input: this.#input })
  }

  #commit(): void {
    const { rejects, commit } = this.#options
    const rejectsDigest = rejects?.digest
    this.#keepMarks()
    const fingerprints = this.#trail.takeFingerprints()
    commit?.({
      input: this.#input,
      mark: { line: this.#line, digest: this.#trail.hex() },
      ...(this.plan && { plan: this.plan }),
      before: this.#before,
      tally: this.tally,
      rejectsBytes: rejects?.bytes ?? 0,
      ...(rejects && { rejectsPath: rejects.path }),
      ...(rejectsDigest !== undefined && { rejectsDigest }),
      commits: this.#newCommits,
      kept: this.#kept,
      ...(fingerprints && { fingerprints: { input: this.#input, ...fingerprints } }),
    })
    this.#newCommits = new Map()
    this.#kept = []
  }
}
