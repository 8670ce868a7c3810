import { Transform } from 'node:stream'
import type { Entry, Item } from '../../../core/entry.ts'
import type { Line, LineOf } from '../../../core/line.ts'
import type { Delete } from '../../../core/operation.ts'
import { Reject } from '../../../core/reject.ts'
import type { Stage } from '../../../core/stage.ts'
import { RECORD_STAGE } from '../../../stream/recordStage.ts'
import { type Decisions, VERDICT } from './plan.ts'

/**
 * A stage: lines → what they ask for, but those that a plan leaves out, which name the record that replaced them. One
 * record a chunk, in order. Memory: two records.
 */
export function coalescing(
  decisions: Decisions,
  itemOf: (item: Line | Reject) => Item,
): Stage<Line | Reject, Item> {
  return new Transform({
    ...RECORD_STAGE,
    transform(item: Line | Reject, _encoding, done) {
      const { verdict, by } = decisions.at(item.line) ?? { verdict: VERDICT.apply }
      done(null, by === undefined ? itemOf(item) : replaced(item, verdict, by, itemOf))
    },
  })
}

function replaced(
  line: Line | Reject,
  verdict: number,
  supersededBy: LineOf,
  itemOf: (item: Line | Reject) => Item,
): Item {
  if (line instanceof Reject) return line
  const left: Entry = { line: line.line, end: line.end, text: line.text, supersededBy }
  if (verdict !== VERDICT.removeSource) return left
  const item = itemOf(line)
  const move = item instanceof Reject ? undefined : item.operation
  if (move?.kind !== 'move') return item
  const { from, tenant } = move
  const operation: Delete = { kind: 'delete', ids: [from], ...(tenant !== undefined && { tenant }) }
  return { ...left, operation }
}
