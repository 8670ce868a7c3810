import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { readUndoHeader } from './header.ts'
import { UNDO_ENTRIES, type UndoHeader } from './undo.ts'

/** The undo that a run kept of its changes. */
export interface KeptUndo {
  readonly directory: string
  readonly header: UndoHeader
  readonly bytes: number
  /** When it may be removed. */
  readonly keptUntilMs: number
}

/** All undos below a directory, newest first; calls `onUnreadable` for those that cannot be read. */
export function keptUndos(
  root: string,
  onUnreadable: (directory: string, reason: string) => void = () => {},
): KeptUndo[] {
  const undos: KeptUndo[] = []
  for (const name of namesIn(root)) {
    const directory = join(root, name)
    try {
      const undo = keptUndo(directory)
      if (undo !== undefined) undos.push(undo)
    } catch (error) {
      onUnreadable(directory, messageOf(error))
    }
  }
  return undos.sort((a, b) => (a.header.started_at < b.header.started_at ? 1 : -1))
}

/** The undo of one run; undefined if there is none. @throws ElysiaError ELYSIA_DAMAGED */
export function keptUndo(directory: string): KeptUndo | undefined {
  const header = readUndoHeader(directory)
  if (header === undefined) return undefined
  const entries = statSync(join(directory, UNDO_ENTRIES), { throwIfNoEntry: false })
  // The last change counts: an interrupted run may be continued days later.
  const lastMs = Math.max(Date.parse(header.ended_at ?? header.started_at), entries?.mtimeMs ?? 0)
  return { directory, header, bytes: entries?.size ?? 0, keptUntilMs: lastMs + header.keep_ms }
}

/**
 * Removes expired undos, and returns them. Locks the run of each first; if `lockOf` cannot lock it, the undo stays.
 */
export function removeExpiredUndos(
  root: string,
  {
    nowMs = Date.now(),
    lockOf,
  }: {
    readonly nowMs?: number
    readonly lockOf: (run: string) => { release(): void } | undefined
  },
): KeptUndo[] {
  return keptUndos(root).filter(({ directory, header, keptUntilMs }) => {
    if (keptUntilMs > nowMs) return false
    const lock = lockOf(header.run)
    if (lock === undefined) return false
    try {
      rmSync(directory, { recursive: true, force: true })
    } finally {
      lock.release()
    }
    return true
  })
}

function namesIn(root: string): string[] {
  try {
    return readdirSync(root)
  } catch {
    return []
  }
}
