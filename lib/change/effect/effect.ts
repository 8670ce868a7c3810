import type { Line, RawLine } from '../../core/line.ts'
import { Reject } from '../../core/reject.ts'
import { decodeLine } from '../../stream/lines/lineCutter.ts'
import { parseLine } from '../../stream/parseJson.ts'
import { type Content, type ContentOptions, contentResolver } from '../content.ts'
import { fileId } from '../identity.ts'
import type { ChangesetRecord, FileChange } from '../record.ts'
import { validateLine } from '../validate.ts'
import { actionOf, type RecordAction } from './action.ts'
import { shortenLine } from './shortenLine.ts'

/** What a line does, and the ids that it affects: for a move the source, then the target. */
export interface Effect {
  /** `none`: a control record, a reject, or a change without effect. */
  readonly kind: RecordAction['kind'] | 'none'
  readonly ids: readonly string[]
}

const NONE: Effect = { kind: 'none', ids: [] }

/**
 * Makes a function that tells what a line does, by the same checks as the stages of an ingest, but without making its
 * object. In a long line the content is checked in place, and not parsed.
 * @throws ElysiaError ELYSIA_USAGE if the content root is not a directory
 */
export function effectReader(
  options: ContentOptions & { readonly strict?: boolean } = {},
): (line: Line | RawLine | Reject) => Effect {
  const contentOf = contentResolver(options)
  const { strict = false } = options
  const ofLine = (line: Line | Reject): Effect | undefined => {
    const valid = validateLine(parseLine(line), { strict })
    return valid instanceof Reject ? undefined : ofRecord(valid.record, contentOf)
  }
  return (line) => {
    if (line instanceof Reject) return NONE
    const short = 'bytes' in line ? shortenLine(line) : undefined
    // If the shortened line is refused, the whole line is examined.
    return (short && ofLine(short)) ?? ofLine('bytes' in line ? decodeLine(line) : line) ?? NONE
  }
}

function ofRecord(
  record: FileChange | ChangesetRecord,
  contentOf: (record: FileChange) => Content,
): Effect | undefined {
  if (isChangeset(record)) return NONE
  const action = actionOf(record, record.op === 'delete' ? NO_CONTENT : contentOf(record))
  if ('code' in action) return undefined
  const { kind, paths } = action
  return paths.length === 0 ? NONE : { kind, ids: paths.map((path) => fileId(record.repo, path)) }
}

const NO_CONTENT: Content = { kind: 'none' }

function isChangeset(record: FileChange | ChangesetRecord): record is ChangesetRecord {
  return record.new_changeset != null
}
