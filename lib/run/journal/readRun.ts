import { openDatabase, type SqliteDatabase } from '../../database/connection.ts'
import type { RunRecord } from '../record.ts'
import { type JournalRow, recordOf } from './row.ts'

/**
 * A run of another journal, which is read and never made or changed; undefined if there is none, or if its file cannot
 * be read.
 */
export function readRun(journal: string, run: string): RunRecord | undefined {
  let database: SqliteDatabase | undefined
  try {
    database = openDatabase(journal, { missing: 'refuse', readonly: true })
    const row = database.prepare('SELECT * FROM runs WHERE run = ?').get(run) as JournalRow | undefined
    return row && recordOf(row)
  } catch {
    return undefined
  } finally {
    database?.close()
  }
}
