import { ON_ARCHIVES, type RunKind } from '../record.ts'
import type { JournalRow } from './row.ts'
import type { Statements } from './statements.ts'

/** The kinds of runs that a later command continues, for SQL. */
export const CONTINUED = "('ingest', 'restore', 'copy', 'rollback')"

/** For each collection, and for each kind that works on archives; the positions of repositories outlive them. */
const FINISHED_RUNS_KEPT = 1000

/** Call this once a run has ended: removes the oldest runs that nothing will continue. */
export function prune(statements: Statements, run: string): void {
  const own = statements.prepare('SELECT kind FROM runs WHERE run = ?').get(run) as
    | Pick<JournalRow, 'kind'>
    | undefined
  if (own !== undefined && ON_ARCHIVES.includes(own.kind)) pruneKind(statements, own.kind)
  else pruneCollection(statements, run)
}

/** Keeps only the newest of the runs into one collection that nothing will continue. */
function pruneCollection(statements: Statements, run: string): void {
  statements
    .prepare(
      `DELETE FROM runs WHERE (status = 'done' OR (kind NOT IN ${CONTINUED} AND status != 'running')) AND rowid <= (
         SELECT older.rowid FROM runs AS own JOIN runs AS older USING (target, class) WHERE own.run = ?
         ORDER BY older.rowid DESC LIMIT 1 OFFSET ${FINISHED_RUNS_KEPT}
       ) AND (target, class) = (SELECT target, class FROM runs WHERE run = ?)`,
    )
    .run(run, run)
}

/** Each archive is a target of its own: keeps the newest runs of each kind on archives, wherever they were. */
function pruneKind(statements: Statements, kind: RunKind): void {
  statements
    .prepare(
      `DELETE FROM runs WHERE kind = ?
       AND rowid <= (SELECT rowid FROM runs WHERE kind = ? ORDER BY rowid DESC LIMIT 1 OFFSET ${FINISHED_RUNS_KEPT})`,
    )
    .run(kind, kind)
}
