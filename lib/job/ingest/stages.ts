import type { Duplex } from 'node:stream'
import type { MemoryLimit } from '../../async/memoryLimit.ts'
import { type OperationsOptions, operations } from '../../change/operations.ts'
import { validate } from '../../change/validate.ts'
import { nameStage } from '../../core/channel/stages.ts'
import type { Item } from '../../core/entry.ts'
import type { RawLine } from '../../core/line.ts'
import { Reject } from '../../core/reject.ts'
import { ratesOf } from '../../run/sharedOptions.ts'
import { batch } from '../../stream/batch.ts'
import { mostAtOnce, Pace, paceArrays } from '../../stream/pace.ts'
import { parseJson } from '../../stream/parseJson.ts'
import type { IngestOptions } from './options.ts'

/** The middle of an ingest: lines → batches of operations. */
export function changeStages(options: IngestOptions, memory?: MemoryLimit): Duplex[] {
  const { strict } = options
  return [
    nameStage('parse', parseJson()),
    nameStage('validate', validate({ strict })),
    nameStage('make operations', operations(operationsOptions(options))),
    ...batchStages(options, memory),
  ]
}

/** Items → batches of them, limited by the pace. */
export function batchStages(options: IngestOptions, memory?: MemoryLimit): Duplex[] {
  const { count, bytes, pace } = batchSettings(options)
  const share = memory && { share: () => memory.share }
  return [nameStage('batch', batch<Item | RawLine>({ count, bytes, weigh: itemBytes, ...share })), ...pace]
}

/** What turns records into operations. */
export function operationsOptions(
  options: Pick<IngestOptions, 'contentRoot' | 'tenant' | 'tenantBy' | 'maxLineBytes'>,
): OperationsOptions {
  const { contentRoot, tenant, tenantBy, maxLineBytes } = options
  return {
    maxContentBytes: maxLineBytes,
    ...(contentRoot !== undefined && { contentRoot }),
    ...(tenant !== undefined && { tenant }),
    ...(tenantBy !== undefined && { tenantBy }),
  }
}

/** The size and pace of batches. */
export interface BatchSettings {
  readonly count: number
  readonly bytes: number
  /** The stages that limit the pace, if it is limited. */
  readonly pace: readonly Duplex[]
}

/** The size and pace of batches that the options ask for. */
export function batchSettings(options: IngestOptions): BatchSettings {
  const { batchSize, batchBytes } = options
  const rates = ratesOf(options)
  const pace = rates && new Pace(rates)
  const most = pace && mostAtOnce(pace)
  return {
    count: Math.min(batchSize, most?.count ?? batchSize),
    bytes: Math.min(batchBytes, most?.bytes ?? batchBytes),
    pace: pace === undefined ? [] : [nameStage('pace', paceArrays(pace, itemBytes))],
  }
}

/**
 * Checks options against each other and against the disk, so that a mistake is reported before a store is opened or a
 * collection made.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function requireUsable(options: IngestOptions): void {
  for (const stage of changeStages(options)) stage.destroy()
}

const LARGE = 16 * 1024
const WIDE = /[\u0100-\uffff]/

/**
 * The approximate memory of an item, or of a line that is not decoded yet, in bytes: its line, and the content taken from it or read from a file. A text with
 * characters beyond Latin-1 takes two bytes for each; small texts are not checked.
 */
export function itemBytes(item: Item | RawLine): number {
  if ('bytes' in item && !(item instanceof Reject)) return item.bytes.length
  const text = item.text ?? ''
  const chars = text.length + contentLength(item)
  return chars > LARGE && WIDE.test(text) ? 2 * chars : chars
}

function contentLength(item: Item): number {
  if (item instanceof Reject) return item.bytes?.length ?? 0
  if (item.heldBytes !== undefined) return item.heldBytes
  const content = item.operation?.kind === 'put' ? item.operation.object.properties.content : undefined
  return typeof content === 'string' ? content.length : 0
}
