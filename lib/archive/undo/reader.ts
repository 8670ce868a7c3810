import { hash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { ownLines } from '../../stream/lines/ownLines.ts'
import { type BlockHead, entryReader, headIn } from './entry.ts'
import { UNDO_ENTRIES, type UndoEntry, type UndoHeader, undoDamaged } from './undo.ts'

/** A batch that was kept before it was sent. */
export interface UndoBlock {
  readonly entries: readonly UndoEntry[]
  /** The position of its end in the file, in bytes. */
  readonly end: number
}

/**
 * The batches that a run kept, in the order in which they were sent. If its process died, the last batch may be
 * incomplete, and shorter than it says: nothing of it was sent. Memory: a batch.
 * @throws ElysiaError ELYSIA_DAMAGED if anything else differs from what was written
 */
export async function* undoBlocks(
  directory: string,
  { schema, bytes }: Pick<UndoHeader, 'schema' | 'bytes'>,
): AsyncGenerator<UndoBlock> {
  const failure = (fact: string, cause: unknown) => undoDamaged(directory, fact, cause)
  const path = join(directory, UNDO_ENTRIES)
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) throw undoDamaged(directory, `lacks its ${UNDO_ENTRIES}`)
  const read = reading(directory, schema)
  const other = () => undoDamaged(directory, 'is damaged: one of its blocks is not what was written')
  let head: BlockHead | undefined
  let lines: string[] = []
  let [end, length] = [0, 0]
  // Data that another process appends from now on is not read.
  const file = size === 0 ? Readable.from([]) : createReadStream(path, { end: size - 1 })
  for await (const line of ownLines(file, { failure, whole: true })) {
    if (head === undefined) {
      const next = headIn(line)
      if (next === undefined) throw other()
      const after = end + Buffer.byteLength(line) + 1 + next.bytes
      if (after > size) break
      head = next
      end = after
      continue
    }
    lines.push(line)
    length += line.length
    if (length > head.bytes) throw other()
    if (lines.length < head.entries) continue
    if (head.sha256 !== digestOf(lines)) throw other()
    yield { entries: lines.map(read), end }
    head = undefined
    lines = []
    length = 0
  }
  if (head !== undefined) throw other()
  if (bytes !== undefined && end !== bytes) {
    throw undoDamaged(directory, `is damaged: it was ${bytes} bytes long when its run ended`)
  }
}

function reading(directory: string, schema: UndoHeader['schema']): (line: string) => UndoEntry {
  const readOne = entryReader(schema)
  return (line) => {
    try {
      return readOne(line)
    } catch (error) {
      throw undoDamaged(directory, 'has an entry that is not valid', error)
    }
  }
}

function digestOf(lines: readonly string[]): string {
  return hash('sha256', lines.map((line) => `${line}\n`).join(''))
}
