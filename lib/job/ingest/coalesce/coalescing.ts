import { Transform, type TransformCallback } from 'node:stream'
import { itemMaker } from '../../../change/operations.ts'
import { validateLine } from '../../../change/validate.ts'
import type { Entry, Item } from '../../../core/entry.ts'
import type { Line, LineOf, Position, RawLine } from '../../../core/line.ts'
import type { Delete } from '../../../core/operation.ts'
import { Reject } from '../../../core/reject.ts'
import type { Stage } from '../../../core/stage.ts'
import { fingerprint } from '../../../stream/lines/fingerprint.ts'
import { decodeLine } from '../../../stream/lines/lineCutter.ts'
import { parseLine } from '../../../stream/parseJson.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'
import type { AnyLine } from './anyLine.ts'
import { type BatchLimits, FillingBatch } from './batching.ts'
import { inputChanged } from './inputChanged.ts'
import type { KnownTrail } from './knownTrail.ts'
import { type Decision, type Decisions, VERDICT } from './plan.ts'

/** Turns a line into the item that it asks for. */
export type ItemOf = (line: AnyLine) => Item

/** Turns a line into the item that it asks for. */
export function lineItems(options: IngestOptions): ItemOf {
  const itemOf = itemMaker(operationsOptions(options))
  const { strict } = options
  return (line) => {
    const decoded = 'bytes' in line && !(line instanceof Reject) ? decodeLine(line) : (line as Line | Reject)
    return itemOf(validateLine(parseLine(decoded), { strict }))
  }
}

/** What a second pass needs. `trail` is called with the first line. */
export interface CoalesceStageOptions {
  readonly decisions: Decisions
  readonly trail: () => KnownTrail
  readonly itemOf: ItemOf
  readonly limits: BatchLimits
}

/**
 * A stage: lines → batches of the items that they ask for. Records that a plan leaves out name the record that replaced
 * them; they are not even decoded. An applied line that differs from what it was when the plan was made ends the
 * stream. In order. Memory: a batch, and a MiB of lines.
 */
export function coalesceStage(by: CoalesceStageOptions): Stage<AnyLine, Item[]> {
  return new Coalescer(by)
}

class Coalescer extends Transform {
  readonly #by: CoalesceStageOptions
  readonly #batch: FillingBatch
  #trail: KnownTrail | undefined
  #line = 0

  constructor(by: CoalesceStageOptions) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#by = by
    this.#batch = new FillingBatch(by.limits)
  }

  override _transform(line: AnyLine, _encoding: BufferEncoding, done: TransformCallback): void {
    let item: Item
    try {
      item = this.#itemOf(line)
    } catch (error) {
      done(error as Error)
      return
    }
    this.#trail ??= this.#by.trail()
    if (this.#batch.isFullFor(item)) this.#release()
    this.#trail.pass(line)
    this.#batch.add(item)
    this.#line = line.line
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#release()
    done()
  }

  #itemOf(line: AnyLine): Item {
    const { decisions, itemOf } = this.#by
    return decidedItem(line, decisions.at(line.line), itemOf)
  }

  #release(): void {
    const items = this.#batch.take()
    if (items === undefined) return
    this.#trail!.mark(this.#line)
    this.push(items)
  }
}

/**
 * The item of a line on which a plan has decided.
 * @throws ElysiaError ELYSIA_INPUT if the line is applied, and is not what it was when the plan was made
 */
export function decidedItem(line: AnyLine, { verdict, by, crc }: Decision, itemOf: ItemOf): Item {
  if (crc !== undefined && crc !== fingerprint(line)) throw inputChanged()
  if (by === undefined || line instanceof Reject) return itemOf(line)
  return verdict === VERDICT.superseded ? leftOut(line, by) : removeSource(line, by, itemOf(line))
}

/** The item of a line that is left out; what the line says does not matter. */
export function leftOut({ line, end }: Position, supersededBy: LineOf): Entry {
  return { line, end, supersededBy, text: '' }
}

function removeSource(line: Line | RawLine, supersededBy: LineOf, item: Item): Item {
  const at = { line: line.line, end: line.end, supersededBy }
  const move = item instanceof Reject ? undefined : item.operation
  if (move?.kind !== 'move') return item
  const { from, tenant } = move
  const operation: Delete = { kind: 'delete', ids: [from], ...(tenant !== undefined && { tenant }) }
  return { ...at, text: item.text ?? '', operation } satisfies Entry
}
