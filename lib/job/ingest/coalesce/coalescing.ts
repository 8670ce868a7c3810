import { Transform } from 'node:stream'
import { itemMaker } from '../../../change/operations.ts'
import { validateLine } from '../../../change/validate.ts'
import type { Entry, Item } from '../../../core/entry.ts'
import type { Line, LineOf, RawLine } from '../../../core/line.ts'
import type { Delete } from '../../../core/operation.ts'
import { Reject } from '../../../core/reject.ts'
import type { Stage } from '../../../core/stage.ts'
import { decodeLine } from '../../../stream/lines/splitLines.ts'
import { parseLine } from '../../../stream/parseJson.ts'
import { RECORD_STAGE } from '../../../stream/recordStage.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import { type Decisions, VERDICT } from './plan.ts'

type AnyLine = Line | RawLine | Reject
type ItemOf = (line: AnyLine) => Item

/** What a line asks for, as the stages of an ingest make it. */
export function lineItems(options: IngestOptions): ItemOf {
  const itemOf = itemMaker(operationsOptions(options))
  const { strict } = options
  return (line) => {
    const decoded = 'bytes' in line && !(line instanceof Reject) ? decodeLine(line) : (line as Line | Reject)
    return itemOf(validateLine(parseLine(decoded), { strict }))
  }
}

/**
 * A stage: lines → what they ask for, but those that a plan leaves out, which name the record that replaced them, and are not
 * even decoded. One record a chunk, in order. Memory: two records.
 */
export function coalescing(decisions: Decisions, itemOf: ItemOf): Stage<AnyLine, Item> {
  return new Transform({
    ...RECORD_STAGE,
    transform(line: AnyLine, _encoding, done) {
      const { verdict, by } = decisions.at(line.line)
      done(
        null,
        by === undefined || line instanceof Reject ? itemOf(line) : replaced(line, verdict, by, itemOf),
      )
    },
  })
}

function replaced(line: Line | RawLine, verdict: number, by: LineOf, itemOf: ItemOf): Item {
  if (verdict === VERDICT.superseded) return new ReplacedLine(line, by)
  const item = itemOf(line)
  const move = item instanceof Reject ? undefined : item.operation
  if (move?.kind !== 'move') return item
  const { line: number, end, text = '' } = item
  const { from, tenant } = move
  const operation: Delete = { kind: 'delete', ids: [from], ...(tenant !== undefined && { tenant }) }
  return { line: number, end, text, operation, supersededBy: by }
}

/** A line that is not applied. Its bytes are kept for the digest of the input. */
class ReplacedLine implements Entry {
  readonly line: number
  readonly end: number
  readonly bytes: Buffer | undefined
  readonly supersededBy: LineOf
  readonly #text: string | undefined

  constructor(line: Line | RawLine, by: LineOf) {
    this.line = line.line
    this.end = line.end
    this.bytes = 'bytes' in line ? line.bytes : undefined
    this.#text = 'bytes' in line ? undefined : line.text
    this.supersededBy = by
  }

  get text(): string {
    return this.#text ?? (this.bytes as Buffer).toString()
  }
}
