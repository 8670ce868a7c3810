import { createReadStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { operations } from '../../lib/change/operations.ts'
import { validate } from '../../lib/change/validate.ts'
import type { Item } from '../../lib/core/entry.ts'
import type { JsonObject } from '../../lib/core/object.ts'
import { splitLines } from '../../lib/stream/lines/splitLines.ts'
import { parseJson } from '../../lib/stream/parseJson.ts'

/** One file of fixtures/examples, as its index describes it. */
export interface Example {
  readonly file: string
  readonly description: string
  readonly options?: {
    readonly strict?: boolean
    readonly contentRoot?: string
    readonly maxLineBytes?: number
    readonly maxContentBytes?: number
  }
  /** One word a record: `put`, `delete`, `move`, `patch`, `changeset`, `skipped REASON` or `reject CODE`. */
  readonly expect: readonly string[]
  /** What an empty index holds afterwards: repository → path → file. */
  readonly state?: Readonly<Record<string, Readonly<Record<string, FileState>>>>
}

export interface FileState {
  readonly content: string
  readonly metadata?: JsonObject
  readonly timestamp?: string
}

const folder = new URL('../../fixtures/examples/', import.meta.url)

/** The path of a file or folder of the examples. */
export function examplePath(name: string): string {
  return fileURLToPath(new URL(name, folder))
}

export const examples: readonly Example[] = JSON.parse(readFileSync(examplePath('index.json'), 'utf8'))

/** Runs an example through the stages from its bytes to what a store is asked. */
export async function itemsOf({ file, options = {} }: Example): Promise<Item[]> {
  const { strict = false, contentRoot, maxLineBytes, maxContentBytes } = options
  const items: Item[] = []
  await pipeline(
    createReadStream(examplePath(file), { highWaterMark: 7 }),
    splitLines(maxLineBytes === undefined ? {} : { maxLineBytes }),
    parseJson(),
    validate({ strict }),
    operations({
      ...(contentRoot === undefined ? {} : { contentRoot: examplePath(contentRoot) }),
      ...(maxContentBytes === undefined ? {} : { maxContentBytes }),
    }),
    async (read: AsyncIterable<Item>) => {
      for await (const item of read) items.push(item)
    },
  )
  return items
}

/** The records of an example that are JSON at all, as they were written. */
export function valuesOf({ file }: Example): unknown[] {
  const values: unknown[] = []
  const text = readFileSync(examplePath(file), 'utf8').replace(/^\ufeff/, '')
  for (const line of text.split('\n').filter((line) => line.trim() !== '')) {
    try {
      values.push(JSON.parse(line))
    } catch {}
  }
  return values
}
