import { endianness } from 'node:os'
import type { Checkpoint, CheckpointState, CheckpointStep, Fingerprints, InputMark } from '../checkpoint.ts'
import type { Statements } from './statements.ts'

const isBigEndian = endianness() === 'BE'

/** The tables of checkpoints besides the row of a run: last commits, marks, fingerprints. */
export class CheckpointTables {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** Writes a step, and what is new since the one before. Replaces counts that the run recorded at an earlier end. */
  commit(run: string, { commits, kept, fingerprints, ...state }: CheckpointStep): void {
    this.#statements.atomic(() => {
      if (commits.size > 0) this.#noteCommits(run, commits)
      for (const { input, line, digest } of kept) {
        this.#statements
          .prepare('INSERT OR REPLACE INTO run_marks VALUES (?, ?, ?, ?)')
          .run(run, input, line, digest)
      }
      if (fingerprints !== undefined) this.#noteFingerprints(run, fingerprints)
      this.#statements
        .prepare('UPDATE runs SET checkpoint = ?, counts = NULL, updated_at = ? WHERE run = ?')
        .run(JSON.stringify(state), new Date().toISOString(), run)
    })
  }

  /** Completes a checkpoint with everything that its run recorded before it. */
  complete(run: string, state: CheckpointState): Checkpoint {
    const marks = this.#statements
      .prepare('SELECT input, line, digest FROM run_marks WHERE run = ? AND input <= ? ORDER BY input, line')
      .all(run, state.input) as (InputMark & { input: number })[]
    const ends = new Map(marks.filter(({ input }) => input < state.input).map((mark) => [mark.input, mark]))
    const places = marks.filter(({ input, line }) => input === state.input && line <= state.mark.line)
    return {
      ...state,
      commits: this.commits(run),
      ends: [...ends.values()].map(plain),
      places: places.map(plain),
    }
  }

  commits(run: string): Map<string, string> {
    const rows = this.#statements
      .prepare('SELECT repository, last_commit FROM run_commits WHERE run = ? ORDER BY repository')
      .all(run) as { repository: string; last_commit: string }[]
    return new Map(rows.map((row) => [row.repository, row.last_commit]))
  }

  *fingerprints(run: string, input: number): Generator<number> {
    const piece = this.#statements.prepare(
      'SELECT record, crcs FROM run_fingerprints WHERE run = ? AND input = ? AND record > ? ORDER BY record LIMIT 1',
    )
    for (let after = 0; ; ) {
      const row = piece.get(run, input, after) as { record: number; crcs: Buffer } | undefined
      if (row === undefined || row.record !== after + 1) return
      for (let at = 0; at < row.crcs.length; at += 4) yield row.crcs.readUInt32LE(at)
      after += row.crcs.length / 4
    }
  }

  /** All at once: one statement for each took three times as long. */
  #noteCommits(run: string, commits: ReadonlyMap<string, string>): void {
    const entries = JSON.stringify([...commits])
    this.#statements
      .prepare(
        `INSERT OR REPLACE INTO run_commits
       SELECT ?, pair.value ->> 0, pair.value ->> 1 FROM json_each(?) AS pair`,
      )
      .run(run, entries)
    this.#statements
      .prepare(
        `INSERT OR REPLACE INTO positions SELECT target, class, pair.value ->> 0, pair.value ->> 1
       FROM runs, json_each(?) AS pair WHERE run = ?`,
      )
      .run(entries, run)
  }

  #noteFingerprints(run: string, { input, record, values }: Fingerprints): void {
    const crcs = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    if (isBigEndian) crcs.swap32()
    this.#statements
      .prepare('INSERT OR REPLACE INTO run_fingerprints VALUES (?, ?, ?, ?)')
      .run(run, input, record, crcs)
  }
}

function plain({ line, digest }: InputMark): InputMark {
  return { line, digest }
}
