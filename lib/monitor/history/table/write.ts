import type { LockOwner } from '../../../catalog/lock/process.ts'
import type { HistoryEntry } from '../entry.ts'
import type { HistoryConnection } from './file.ts'
import { COLUMNS, type RunRow, valuesOf } from './row.ts'
import { addTo, renewSuccess } from './totals.ts'

const INSERT = `
  INSERT INTO runs (${COLUMNS.map((name) => `"${name}"`).join()}) VALUES (${COLUMNS.map(() => '?').join()})`

const UPDATE = `UPDATE runs SET ${COLUMNS.map((name) => `"${name}" = ?`).join()} WHERE number = ?`

/** The columns read from a row before and after it changes. */
type StoredRow = Omit<RunRow, 'target'>

const FIND = 'SELECT * FROM runs WHERE id = ? AND attempt = ?'

/** Writes the row of an entry, and updates the sums and the last successful run. */
export function putRow(
  database: HistoryConnection,
  entry: HistoryEntry,
  owner: LockOwner | undefined,
): number {
  const { id, attempt } = entry
  const find = database.prepare(FIND)
  const before = find.get(id, attempt) as StoredRow | undefined
  const subject = subjectOf(database, entry)
  if (before === undefined) {
    database.prepare(INSERT).run(...valuesOf(entry, owner, { subject, nth: nextOf(database, subject) }))
  } else {
    addTo(database, before, -1)
    const values = valuesOf(entry, owner, { subject, nth: before.nth })
    database.prepare(UPDATE).run(...values, before.number)
  }
  const after = find.get(id, attempt) as StoredRow
  if (entry.status === 'running') return after.number
  addTo(database, after, 1)
  if (entry.status === 'done' || before?.status === 'done') renewSuccess(database, subject)
  return after.number
}

type SubjectKey = Pick<HistoryEntry, 'kind' | 'collection' | 'target'>

/** The number of a subject, which is added if it is new. */
function subjectOf(database: HistoryConnection, { kind, collection, target }: SubjectKey): number {
  const find = database
    .prepare('SELECT subject FROM subjects WHERE kind = ? AND collection = ? AND target = ?')
    .pluck()
  const known = find.get(kind, collection, target) as number | undefined
  if (known !== undefined) return known
  const add = database.prepare('INSERT INTO subjects (kind, collection, target, runs) VALUES (?, ?, ?, 0)')
  return Number(add.run(kind, collection, target).lastInsertRowid)
}

function nextOf(database: HistoryConnection, subject: number): number {
  const count = database
    .prepare('UPDATE subjects SET runs = runs + 1 WHERE subject = ? RETURNING runs')
    .pluck()
  return count.get(subject) as number
}
