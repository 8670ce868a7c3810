import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { ownLines } from '../../stream/lines/ownLines.ts'
import { entryReader, markIn } from './entry.ts'
import { UNDO_ENTRIES, type UndoEntry, type UndoHeader, undoDamaged } from './undo.ts'

/** A batch that was kept before it was sent. */
export interface UndoBlock {
  readonly entries: readonly UndoEntry[]
  /** Where it ends in the file, in bytes. */
  readonly end: number
}

/**
 * The batches that a run kept, in the order in which they were sent. What was being written when its process died ends
 * them: nothing of it was sent. Memory: a batch.
 * @throws ElysiaError ELYSIA_DAMAGED where a block before the last is not what was written
 */
export async function* undoBlocks(
  directory: string,
  { schema, bytes }: Pick<UndoHeader, 'schema' | 'bytes'>,
): AsyncGenerator<UndoBlock> {
  const failure = (fact: string, cause: unknown) => undoDamaged(directory, fact, cause)
  const readOne = entryReader(schema)
  const read = (line: string) => {
    try {
      return readOne(line)
    } catch (error) {
      throw failure('has an entry that is none', error)
    }
  }
  const file = createReadStream(join(directory, UNDO_ENTRIES))
  let lines: string[] = []
  let end = 0
  let torn = false
  try {
    for await (const line of ownLines(file, { failure, whole: true })) {
      end += Buffer.byteLength(line) + 1
      const mark = markOf(line)
      if (mark === undefined) {
        lines.push(line)
        continue
      }
      if (torn) throw undoDamaged(directory, 'is damaged: one of its blocks is not what was written')
      const isWhole = mark.entries === lines.length && mark.sha256 === digestOf(lines)
      torn = !isWhole
      if (isWhole) yield { entries: lines.map(read), end }
      lines = []
    }
    if (bytes !== undefined && (torn || end !== bytes || lines.length > 0)) {
      throw undoDamaged(directory, `is damaged: it was ${bytes} bytes long when its run ended`)
    }
  } catch (error) {
    // It is there before its header is.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw failure(`lacks its ${UNDO_ENTRIES}`, error)
    throw error
  }
}

function markOf(line: string) {
  try {
    return markIn(line)
  } catch {
    return undefined
  }
}

function digestOf(lines: readonly string[]): string {
  return hash('sha256', lines.map((line) => `${line}\n`).join(''))
}
