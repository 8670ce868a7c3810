import { ElysiaError, type ErrorCode, messageOf } from '../core/errors.ts'

interface ErrorMeaning {
  readonly code: ErrorCode
  readonly what: string
  readonly hint: string
  readonly retryable?: boolean
}

/** By primary result code. @see https://www.sqlite.org/rescode.html */
const MEANINGS: Readonly<Record<string, ErrorMeaning>> = {
  SQLITE_FULL: {
    code: 'ELYSIA_STORE',
    what: 'the disk is full, so nothing more can be written to',
    hint: 'Free some space and run the same command again; what was acknowledged is safe.',
  },
  SQLITE_READONLY: {
    code: 'ELYSIA_STORE',
    what: 'no right to write to',
    hint: 'Check the owner and mode of the file and of its directory, and that the disk is not mounted read-only. Reading needs a file beside it too: read a copy in a place of your own.',
  },
  SQLITE_CANTOPEN: {
    code: 'ELYSIA_STORE',
    what: 'cannot open',
    hint: 'Check that it is a file, not a directory, and that you may read and write it and its directory.',
  },
  SQLITE_PERM: {
    code: 'ELYSIA_STORE',
    what: 'no right to open',
    hint: 'Check the owner and mode of the file and of its directory.',
  },
  SQLITE_NOTADB: {
    code: 'ELYSIA_STORE',
    what: 'this is not a SQLite database:',
    hint: 'Name another file; this one was not changed.',
  },
  SQLITE_CORRUPT: {
    code: 'ELYSIA_STORE',
    what: 'this database is damaged:',
    hint: 'Keep a copy of it, then fill a new one from your change files, or bring back a backup.',
  },
  SQLITE_IOERR: {
    code: 'ELYSIA_STORE',
    what: 'the disk failed while reading or writing',
    hint: 'Look into the system log for errors of the disk, then run the same command again.',
  },
  SQLITE_BUSY: {
    code: 'ELYSIA_LOCKED',
    what: 'another process is writing to',
    hint: 'Wait until it has finished, then run the same command again.',
    retryable: true,
  },
}

/**
 * Converts SQLite's error to an ElysiaError that names the file and the next step. Returns any other error unchanged.
 */
export function sqliteFailure(thrown: unknown, file: string): unknown {
  const code = sqliteCode(thrown)
  if (code === undefined) return thrown
  const meaning = MEANINGS[code.split('_').slice(0, 2).join('_')]
  if (meaning === undefined) {
    return new ElysiaError('ELYSIA_STORE', `${file}: ${messageOf(thrown)} (${code})`, { cause: thrown })
  }
  const { what, hint, retryable = false } = meaning
  return new ElysiaError(meaning.code, `${what} ${file}`, { cause: thrown, hint, retryable })
}

/** SQLite's own code, such as SQLITE_IOERR_WRITE; undefined for other errors. */
export function sqliteCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { code } = thrown as { code?: unknown }
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}
