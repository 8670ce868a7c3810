import { sqliteCode } from '../../../database/errors.ts'

/** The part of a connection that this needs. */
interface Connection {
  prepare(sql: string): { run(): unknown }
  pragma(text: string): unknown
}

/**
 * Rewrites the file without its free pages. It is one transaction: other processes read meanwhile what was there, and
 * write a little later (100,000 runs take about a second). Does nothing if it cannot be done now, as on a full disk or
 * while another process writes: the file only stays as large as it is. True if it was done.
 */
export function compact(database: Connection): boolean {
  try {
    database.prepare('VACUUM').run()
    // What was rewritten is in the log, which would otherwise stay as large as the file.
    database.pragma('wal_checkpoint(TRUNCATE)')
    return true
  } catch (error) {
    if (sqliteCode(error) === undefined) throw error
    return false
  }
}
