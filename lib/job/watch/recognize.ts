import { codecOf, MAGIC_BYTES } from '../../stream/codec/detect.ts'
import { sameContent, sameState, wasRecreated } from './identity.ts'
import type { WatchEntry } from './log.ts'
import type { FilePosition, OpenedFile } from './openedFile.ts'

/** Where a run begins in a file: the byte, and the number of lines before it. */
export interface StartPosition {
  readonly byte: number
  readonly linesBefore: number
}

/** What a file is, compared with what is remembered of it. */
export type FileRecognition =
  /** Not seen before. */
  | { readonly is: 'new' }
  /** Its bytes differ from those that were taken: it is shorter, or begins differently. */
  | { readonly is: 'changed'; readonly shorter: boolean }
  /** Nothing new; it may have been renamed. */
  | { readonly is: 'same' }
  /** Taken up to a position, with more after it. */
  | { readonly is: 'grown'; readonly position: FilePosition; readonly start: StartPosition }
  /** Its run did not finish, or failed and may do better now. */
  | { readonly is: 'unfinished'; readonly start: StartPosition }

const BEGINNING: StartPosition = { byte: 0, linesBefore: 0 }

const LF = 10
/** Space, tab and CR, in any number. */
const BLANKS: readonly number[] = [32, 9, 13]
/** How many bytes are examined at once to tell whether an open line has changed. */
const LOOKAHEAD_BYTES = 64 * 1024

/** Compares a file with what is remembered of its inode. Reads the part that was taken if its times prove nothing. */
export async function recognizeFile(
  opened: OpenedFile,
  recorded: WatchEntry | undefined,
): Promise<FileRecognition> {
  const now = opened.identity
  if (recorded === undefined || isAnother(opened, recorded)) return { is: 'new' }
  const { position, status } = recorded
  if (status === 'failed' && sameContent(recorded, now) && recorded.path !== now.path) return { is: 'same' }
  if (position !== undefined && !(await opened.beginsWith(position))) {
    if (recorded.path !== now.path) return { is: 'new' }
    return { is: 'changed', shorter: now.size < position.bytes }
  }
  const start = position === undefined ? BEGINNING : await startBehind(opened, position)
  if (start === undefined) return { is: 'same' }
  if (status !== 'taken') return { is: 'unfinished', start }
  return position === undefined ? { is: 'same' } : { is: 'grown', position, start }
}

/** True if the entry describes this very state, whatever the result of its run. */
export function isKnownAsItIs(known: WatchEntry, now: OpenedFile['identity']): boolean {
  return !known.gone && sameState(known, now)
}

/**
 * True if an inode now belongs to another file: created at another time; under a path that was seen to be gone; or as
 * long as before, but with another name and another time, which a rename does not change.
 */
function isAnother({ identity: now }: OpenedFile, known: WatchEntry): boolean {
  if (wasRecreated(known, now)) return true
  if (known.path === now.path) return known.gone
  return known.size === now.size && known.modified !== now.modified
}

/** Where the first line begins that was not taken; undefined if there is none. */
async function startBehind(opened: OpenedFile, position: FilePosition): Promise<StartPosition | undefined> {
  const { bytes, lines, openLine } = position
  if (opened.identity.size === bytes) return undefined
  const behind: StartPosition = { byte: bytes, linesBefore: lines }
  if (openLine === undefined || codecOf(await opened.bytes(0, MAGIC_BYTES)) !== 'plain') return behind
  const first = await firstNonBlank(opened, bytes)
  if (first === undefined) return undefined
  if (first.byte !== LF) return { byte: openLine, linesBefore: lines - 1 }
  const byte = first.at + 1
  return byte === opened.identity.size ? undefined : { byte, linesBefore: lines }
}

/** The first byte from `from` on that does not belong to the end of a line, and its position. */
async function firstNonBlank(
  opened: OpenedFile,
  from: number,
): Promise<{ byte: number; at: number } | undefined> {
  for (let at = from; at < opened.identity.size; at += LOOKAHEAD_BYTES) {
    const piece = await opened.bytes(at, at + LOOKAHEAD_BYTES)
    const offset = piece.findIndex((byte) => !BLANKS.includes(byte))
    if (offset >= 0) return { byte: piece[offset]!, at: at + offset }
  }
  return undefined
}
