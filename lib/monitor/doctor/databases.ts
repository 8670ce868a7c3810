import { statSync } from 'node:fs'
import { messageOf } from '../../core/errors.ts'
import { roughSize } from '../../core/units.ts'
import { connect, type SqliteDatabase } from '../../database/connection.ts'
import { type Check, checksOf } from './check.ts'

/** Checking all pages of a larger file takes minutes. */
const MOST_BYTES = 4 * 1024 * 1024 * 1024
const MOST_FAULTS = 3

/** A SQLite file, and what to do if it is damaged. */
export interface DatabaseFile {
  readonly what: string
  readonly path: string
  readonly next: string
}

/** Checks all pages of the existing databases. Only reads; blocks while it does. */
export function checkDatabases(files: readonly DatabaseFile[]): Check[] {
  return files.map(databaseCheck)
}

function databaseCheck({ what, path, next }: DatabaseFile): Check {
  const { ok, warning, fault } = checksOf('databases')
  const subject = `${what}: ${path}`
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return ok(subject, 'is not there yet')
  if (!stats.isFile()) return fault(subject, 'is not a regular file', `move ${path} away`)
  if (stats.size > MOST_BYTES) return ok(subject, `${roughSize(stats.size)}: too large to check here`)
  let database: SqliteDatabase | undefined
  try {
    database = connect(path, { readonly: true, fileMustExist: true, timeout: 1000 })
    const rows = database.pragma(`quick_check(${MOST_FAULTS})`) as { readonly quick_check: string }[]
    const facts = rows.map((row) => row.quick_check)
    if (facts.length === 1 && facts[0] === 'ok') return ok(subject, `${roughSize(stats.size)}, whole`)
    return fault(subject, `damaged: ${facts.join('; ')}`, next)
  } catch (error) {
    const { code = '' } = error as { code?: string }
    if (code.startsWith('SQLITE_BUSY'))
      return warning(subject, 'another process keeps it busy', 'look again later')
    return fault(subject, `cannot be read: ${messageOf(error)}`, next)
  } finally {
    database?.close()
  }
}
