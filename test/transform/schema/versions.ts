import { readFileSync } from 'node:fs'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import type { SchemaTarget } from '../../../lib/transform/schema/schemaDraft.ts'

/** What servers answered, one line each. @see recordVersions.ts */
export const RECORDED = new URL('versions.jsonl', import.meta.url)

/** A server, and classes as it gave them. */
export interface RecordedServer {
  readonly target: SchemaTarget
  readonly classes: readonly CollectionSchema[]
}

/** A class of one server that was made on another. */
export interface Migration {
  readonly from: string
  readonly to: string
  readonly class: string
  /** `rule: path` of each change that was made beforehand. */
  readonly patches: readonly string[]
  /** Why the server would not make it. */
  readonly refused?: string
  /** What it made otherwise. */
  readonly differences?: readonly string[]
}

export function recorded(): {
  readonly servers: readonly RecordedServer[]
  readonly migrations: readonly Migration[]
} {
  const lines = readFileSync(RECORDED, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { server?: RecordedServer; migration?: Migration })
  return {
    servers: lines.flatMap(({ server }) => server ?? []),
    migrations: lines.flatMap(({ migration }) => migration ?? []),
  }
}
