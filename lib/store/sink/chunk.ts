import type { Item } from '../../core/entry.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { Operation } from '../../core/operation.ts'
import { Reject } from '../../core/reject.ts'
import { isRecord } from '../../core/value/record.ts'

const KINDS: Readonly<Record<Operation['kind'], true>> = { put: true, delete: true, move: true, patch: true }
const PLAIN_NAME = /^\w{1,40}$/

/**
 * Checks that a chunk is a batch before anything in it is written.
 * @throws ElysiaError ELYSIA_USAGE, which says what it is instead
 */
export function batchOf(chunk: unknown): readonly Item[] {
  if (!Array.isArray(chunk)) throw invalidChunk(`takes arrays of items, and got ${nameOf(chunk)}`)
  const strange = chunk.findIndex((item) => !isItem(item))
  if (strange < 0) return chunk
  const what = nameOf(chunk[strange])
  throw invalidChunk(
    `got ${what} as item ${strange + 1} of a batch of ${chunk.length}, which is not an operation,` +
      ' changeset or reject',
  )
}

function isItem(item: unknown): item is Item {
  if (item instanceof Reject) return true
  if (!isRecord(item) || !Number.isInteger(item.line) || !Number.isInteger(item.end)) return false
  if (item.operation !== undefined) return isOperation(item.operation)
  return isRecord(item.changeset) || isRecord(item.supersededBy)
}

function isOperation(value: unknown): boolean {
  return isRecord(value) && typeof value.kind === 'string' && Object.hasOwn(KINDS, value.kind)
}

/** What a value is, without its content except the names of fields. */
function nameOf(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return 'an array'
  if (!isRecord(value)) return value === undefined ? 'undefined' : `a ${typeof value}`
  const names = Object.keys(value).filter((name) => PLAIN_NAME.test(name))
  if (names.length === 0) return 'an object'
  return `an object with ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`
}

function invalidChunk(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `sink ${fact}`, {
    hint: 'before it stand parseJson(), validate(), operations() and batch(), or a stage that gives what these give',
  })
}
