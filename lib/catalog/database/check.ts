import { isTexts, isTime } from '../shallowJson.ts'
import { ARCHIVE_STATUSES } from '../status.ts'
import type { Row } from './columns.ts'

/**
 * A row that this program never writes. SQLite accepts any type in any column, and others may have written to the
 * file.
 */
export class InvalidRow extends Error {}

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const maybeText: Check = (value) => value === null || typeof value === 'string'
const count: Check = (value) => Number.isSafeInteger(value)
const flag: Check = (value) => value === 0 || value === 1
const maybeFlag: Check = (value) => value === null || flag(value)

const COLUMNS: Readonly<Record<keyof Row, Check>> = {
  ...{ id: text, collection: text, cluster: text, root: text, location: text, content: text, format: text },
  ...{ compression: text, version: text, tenants: text, tags: text, started: isTime, updated: isTime },
  status: (value) => ARCHIVE_STATUSES.some((one) => one === value),
  shape: (value) => value === 'directory' || value === 'file',
  ...{ objects: count, vectors: count, bytes: count, raw_bytes: count, parts: count },
  ...{ pinned: flag, damaged: flag, annotated: flag, without_vectors: flag, all_tenants: flag },
  ...{ finished: maybeText, deleted: maybeText, parent: maybeText, note: maybeText, error: maybeText },
  ...{ verified_level: maybeText, verified_time: maybeText, verified_ok: maybeFlag, filter: maybeText },
}

const CHECKS = Object.entries(COLUMNS)

/**
 * Checks a row before it is used: another program may have written it.
 * @throws InvalidRow for a row with a column value that we never write
 */
export function requireRow(row: Row): void {
  for (const [name, check] of CHECKS) {
    const value = row[name as keyof Row]
    if (!check(value)) throw strange(name, value)
  }
}

/** Makes a check of rows that come as arrays of these columns. */
export function rowCheck(names: readonly (keyof Row)[]): (row: readonly unknown[]) => void {
  const checks = names.map((name) => COLUMNS[name])
  return (row) => {
    for (let at = 0; at < checks.length; at++) if (!checks[at]!(row[at])) throw strange(names[at]!, row[at])
  }
}

function strange(name: string, value: unknown): InvalidRow {
  return new InvalidRow(`${name} of an archive is ${String(value).slice(0, 100)}`)
}

/** A list of texts in a column. @throws InvalidRow */
export function textsIn(json: string): string[] {
  try {
    const read: unknown = JSON.parse(json)
    if (isTexts(read)) return read
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new InvalidRow(`a list is ${json.slice(0, 100)}`)
}
