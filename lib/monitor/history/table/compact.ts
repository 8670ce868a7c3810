import { sqliteCode } from '../../../database/errors.ts'

/** The part of a connection that this needs. */
interface Connection {
  prepare(sql: string): { run(): unknown; get(): unknown }
  pragma(text: string): unknown
}

/**
 * Rewrites the file without its free pages. It is one transaction: other processes read meanwhile what was there, but
 * cannot write (100,000 runs take about a second, and 20 on a busy machine). So it does nothing while a run is open, whose
 * end could not be written; nor if it cannot be done now, as on a full disk or while another process writes. The file only
 * stays as large as it is. True if it was done.
 */
export function compact(database: Connection): boolean {
  try {
    if (database.prepare('SELECT 1 FROM runs WHERE owner IS NOT NULL LIMIT 1').get() !== undefined)
      return false
    database.prepare('VACUUM').run()
    // What was rewritten is in the log, which would otherwise stay as large as the file.
    database.pragma('wal_checkpoint(TRUNCATE)')
    return true
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error
    return false
  }
}
