import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { type OperationsOptions, operations } from '../../change/operations.ts'
import { type ValidateOptions, validate } from '../../change/validate.ts'
import type { Item } from '../../core/entry.ts'
import { parseExact } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject } from '../../core/object.ts'
import type { Operation } from '../../core/operation.ts'
import { Reject } from '../../core/reject.ts'
import { type SplitLinesOptions, splitLines } from '../../stream/lines/splitLines.ts'
import { parseJson } from '../../stream/parseJson.ts'

/** A file as an index holds it: what docs/format.md says, without ids, hashes and vectors. */
export interface FileState {
  readonly content: string
  readonly metadata?: Json
  /** RFC 3339, without trailing zeros of the fraction. */
  readonly timestamp?: string
}

/** Repository → path → file. */
export type IndexState = Readonly<Record<string, Readonly<Record<string, FileState>>>>

/** The state of an empty index after reading a file of change records. */
export interface EndState {
  readonly state: IndexState
  /** The lines that are rejected, from 1. */
  readonly rejected: readonly number[]
}

/** How each stage reads a file. */
export interface ReadOptions {
  readonly lines?: SplitLinesOptions
  readonly validate?: ValidateOptions
  readonly operations?: OperationsOptions
}

/** Applies the records of a file one after another, in the simplest way. Memory: the index. */
export async function endStateOf(path: string, options: ReadOptions = {}): Promise<EndState> {
  const index = new Map<string, StoredObject>()
  const rejected: number[] = []
  await pipeline(
    createReadStream(path),
    splitLines(options.lines ?? {}),
    parseJson(),
    validate(options.validate ?? {}),
    operations(options.operations ?? {}),
    async (items: AsyncIterable<Item>) => {
      for await (const item of items) {
        const isTaken =
          !(item instanceof Reject) && (item.operation === undefined || apply(index, item.operation))
        if (!isTaken) rejected.push(item.line)
      }
    },
  )
  return { state: stateOf(index.values()), rejected }
}

/** False if what is stored does not allow it. */
function apply(index: Map<string, StoredObject>, operation: Operation): boolean {
  switch (operation.kind) {
    case 'put':
      index.set(operation.id, operation.object)
      return true
    case 'delete':
      for (const id of operation.ids) index.delete(id)
      return true
    case 'patch': {
      const stored = index.get(operation.id)
      if (stored !== undefined) index.set(operation.id, operation.revise(stored))
      return stored !== undefined
    }
    case 'move': {
      const moved = operation.carry(index.get(operation.from), index.get(operation.to))
      if (moved === undefined) return index.has(operation.to)
      index.delete(operation.from)
      index.set(operation.to, moved)
      return true
    }
  }
}

function stateOf(objects: Iterable<StoredObject>): IndexState {
  const state: Record<string, Record<string, FileState>> = Object.create(null)
  for (const { properties } of objects) {
    const repo = String(properties.repository)
    state[repo] ??= Object.create(null) as Record<string, FileState>
    state[repo][String(properties.file_path)] = fileOf(properties)
  }
  return state
}

function fileOf({ content, metadata, last_modified }: JsonObject): FileState {
  return {
    content: String(content),
    ...(metadata !== undefined && { metadata: parseExact(String(metadata)) }),
    ...(last_modified !== undefined && { timestamp: String(last_modified) }),
  }
}
