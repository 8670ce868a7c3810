import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseBounded } from '../../core/boundedJson.ts'
import { isCollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { makeDirectory } from '../../file/directory.ts'
import { UNDO_HEADER, UNDO_TENANTS, type UndoHeader, undoDamaged, undoUnwritable } from './undo.ts'

const MODE = 0o600
/** The header holds a class, and the names of tenants. */
const MAX_BYTES = 256 * 1024 * 1024

/** Writes a header durably and atomically. @throws ElysiaError ELYSIA_STATE */
export function writeUndoHeader(directory: string, header: UndoHeader): void {
  const path = join(directory, UNDO_HEADER)
  try {
    makeDirectory(directory)
    writeFileSync(`${path}.part`, `${JSON.stringify(header)}\n`, { mode: MODE, flush: true })
    renameSync(`${path}.part`, path)
    syncDirectory(directory)
  } catch (error) {
    throw undoUnwritable(directory, error)
  }
}

/** Names in a directory are durable only once the directory itself is synced. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The header of a run's undo; undefined if there is none. @throws ElysiaError ELYSIA_DAMAGED */
export function readUndoHeader(directory: string): UndoHeader | undefined {
  const path = join(directory, UNDO_HEADER)
  let text: string
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error(`${UNDO_HEADER} is larger than 256 MiB`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw undoDamaged(directory, 'cannot be read', error)
  }
  const header = parsed(text)
  if (header === undefined) throw undoDamaged(directory, `has an ${UNDO_HEADER} that is not valid`)
  // Locks, and the directories that a rollback removes, are named after the run.
  if (header.run !== basename(directory)) throw undoDamaged(directory, 'is of a run of another name')
  const made = [...new Set([...(header.tenants_made ?? []), ...tenantsIn(directory)])]
  return made.length === 0 ? header : { ...header, tenants_made: made }
}

/**
 * The tenants that a run recorded; an incomplete line names none that was created. @throws ElysiaError ELYSIA_DAMAGED
 */
function tenantsIn(directory: string): string[] {
  const path = join(directory, UNDO_TENANTS)
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size === 0) return []
  if (size > MAX_BYTES) throw undoDamaged(directory, `has a ${UNDO_TENANTS} larger than 256 MiB`)
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    const names = parsedList(line)
    if (names === undefined) throw undoDamaged(directory, `has a ${UNDO_TENANTS} that is not valid`)
    return names
  })
}

function parsedList(line: string): string[] | undefined {
  try {
    const value = parseBounded(line)
    return isTexts(value) ? value : undefined
  } catch {
    return undefined
  }
}

const TEXTS = ['run', 'job', 'how', 'target', 'class', 'started_at'] as const

function parsed(text: string): UndoHeader | undefined {
  try {
    const value = parseBounded(text)
    if (!isRecord(value) || value.format !== 1 || value.kind !== 'undo') return undefined
    if (TEXTS.some((name) => typeof value[name] !== 'string') || !isCollectionSchema(value.schema))
      return undefined
    if (!isCount(value.keep_ms) || !isTime(value.started_at)) return undefined
    if (value.ended_at !== undefined && !isTime(value.ended_at)) return undefined
    if ([value.bytes, value.entries].some((size) => size !== undefined && !isCount(size))) return undefined
    if (value.tenants_made !== undefined && !isTexts(value.tenants_made)) return undefined
    return value as unknown as UndoHeader
  } catch {
    return undefined
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isTime(value: unknown): boolean {
  return typeof value === 'string' && Number.isFinite(Date.parse(value))
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
