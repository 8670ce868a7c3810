import { ON_ARCHIVES, type RunKind } from '../record.ts'
import type { JournalRow } from './row.ts'
import type { Statements } from './statements.ts'

/** The kinds of runs that a later command continues, for SQL. */
export const CONTINUED = "('ingest', 'restore', 'copy', 'rollback')"

/** Of each collection, and of each kind that works on archives; the position of a repository outlives them. */
const FINISHED_RUNS_KEPT = 1000

/** Once a run has ended: removes the oldest of those that nothing will continue. */
export function prune(statements: Statements, run: string): void {
  const own = statements.prepare('SELECT kind FROM runs WHERE run = ?').get(run) as
    | Pick<JournalRow, 'kind'>
    | undefined
  if (own !== undefined && ON_ARCHIVES.includes(own.kind)) pruneKind(statements, own.kind)
  else pruneCollection(statements, run)
}

/** Of the runs into one collection that nothing will continue only the newest stay. */
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

/** Each archive is a target of its own: of runs on archives the newest of their kind stay, wherever they were. */
function pruneKind(statements: Statements, kind: RunKind): void {
  statements
    .prepare(
      `DELETE FROM runs WHERE kind = ?
       AND rowid <= (SELECT rowid FROM runs WHERE kind = ? ORDER BY rowid DESC LIMIT 1 OFFSET ${FINISHED_RUNS_KEPT})`,
    )
    .run(kind, kind)
}
