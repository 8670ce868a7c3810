import { codecOf, MAGIC_BYTES } from '../../stream/codec/detect.ts'
import { bornAnew, sameContent, sameState } from './identity.ts'
import type { WatchEntry } from './log.ts'
import type { FilePosition, OpenedFile } from './opened.ts'

/** Where in a file a run begins: the byte, and how many lines lie before it. */
export interface Start {
  readonly byte: number
  readonly linesBefore: number
}

/** What a file that was looked at is, held against what is remembered of it. */
export type Recognised =
  /** Not seen before. */
  | { readonly is: 'new' }
  /** Its bytes are no longer those that were taken: it is shorter, or begins otherwise. */
  | { readonly is: 'changed'; readonly shorter: boolean }
  /** Nothing that was not taken; it may have another name. */
  | { readonly is: 'same' }
  /** Taken up to a position, with more behind it. */
  | { readonly is: 'grown'; readonly position: FilePosition; readonly start: Start }
  /** Its run did not come to its end, or failed and may fare better now. */
  | { readonly is: 'unfinished'; readonly start: Start }

const BEGINNING: Start = { byte: 0, linesBefore: 0 }

const LF = 10
/** Space, tab and CR, in any number. */
const BLANKS: readonly number[] = [32, 9, 13]
/** Bytes that are looked at at once to tell whether a line that was open has become another one. */
const LOOKAHEAD_BYTES = 64 * 1024

/** Holds a file against what is remembered of its inode. Reads what was taken of it where its times prove nothing. */
export async function recognise(opened: OpenedFile, known: WatchEntry | undefined): Promise<Recognised> {
  const now = opened.identity
  if (known === undefined || isAnother(opened, known)) return { is: 'new' }
  const { position, status } = known
  if (status === 'failed' && sameContent(known, now) && known.path !== now.path) return { is: 'same' }
  if (position !== undefined && !(await opened.beginsWith(position))) {
    if (known.path !== now.path) return { is: 'new' }
    return { is: 'changed', shorter: now.size < position.bytes }
  }
  const start = position === undefined ? BEGINNING : await startBehind(opened, position)
  if (start === undefined) return { is: 'same' }
  if (status !== 'taken') return { is: 'unfinished', start }
  return position === undefined ? { is: 'same' } : { is: 'grown', position, start }
}

/** True where what is remembered is so of this very state, whatever its run came to. */
export function isKnownAsItIs(known: WatchEntry, now: OpenedFile['identity']): boolean {
  return !known.gone && sameState(known, now)
}

/**
 * True where an inode is another file's by now: made at another time; under a path that was seen to be gone; or as
 * long as before under another name and with another time, which a rename leaves as it was.
 */
function isAnother({ identity: now }: OpenedFile, known: WatchEntry): boolean {
  if (bornAnew(known, now)) return true
  if (known.path === now.path) return known.gone
  return known.size === now.size && known.modified !== now.modified
}

/** Where the first line begins that was not taken; undefined where there is none. */
async function startBehind(opened: OpenedFile, position: FilePosition): Promise<Start | undefined> {
  const { bytes, lines, openLine } = position
  if (opened.identity.size === bytes) return undefined
  const behind: Start = { byte: bytes, linesBefore: lines }
  if (openLine === undefined || codecOf(await opened.bytes(0, MAGIC_BYTES)) !== 'plain') return behind
  const first = await firstNonBlank(opened, bytes)
  if (first === undefined) return undefined
  if (first.byte !== LF) return { byte: openLine, linesBefore: lines - 1 }
  const byte = first.at + 1
  return byte === opened.identity.size ? undefined : { byte, linesBefore: lines }
}

/** The first byte from `from` on that does not belong to the end of a line, and where it stands. */
async function firstNonBlank(
  opened: OpenedFile,
  from: number,
): Promise<{ byte: number; at: number } | undefined> {
  for (let at = from; at < opened.identity.size; at += LOOKAHEAD_BYTES) {
    const piece = await opened.bytes(at, at + LOOKAHEAD_BYTES)
    const found = piece.findIndex((byte) => !BLANKS.includes(byte))
    if (found >= 0) return { byte: piece[found]!, at: at + found }
  }
  return undefined
}
