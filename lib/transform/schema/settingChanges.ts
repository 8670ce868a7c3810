import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'

/** A setting of a class that was changed. */
export interface SettingChange {
  /** `vectorConfig.content` */
  readonly path: string
  readonly from?: unknown
  readonly to?: unknown
}

/**
 * What differs between two classes, each setting as far inside as both have it: `from` is absent of what is new, `to` of
 * what is gone. Properties are found by name.
 */
export function settingChanges(before: CollectionSchema, after: CollectionSchema): SettingChange[] {
  return [...changes(before, after, [])]
}

function* changes(from: unknown, to: unknown, path: readonly string[]): Generator<SettingChange> {
  if (JSON.stringify(from) === JSON.stringify(to)) return
  const [left, right] = [byKey(from), byKey(to)]
  if (left === undefined || right === undefined) {
    yield* whole(from, to, path)
    return
  }
  // Settings of one kind of index mean nothing to another: they are changed as a whole.
  const isOther = left.get('vectorIndexType') !== right.get('vectorIndexType')
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [before, after] = [left.get(key), right.get(key)]
    if (key === 'vectorIndexConfig' && isOther) yield* whole(before, after, [...path, key])
    else yield* changes(before, after, [...path, key])
  }
}

function* whole(from: unknown, to: unknown, path: readonly string[]): Generator<SettingChange> {
  if (JSON.stringify(from) === JSON.stringify(to)) return
  yield { path: path.join('.'), ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** What is inside of a record, or of a list of things with names; undefined of anything else. */
function byKey(value: unknown): Map<string, unknown> | undefined {
  if (isRecord(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value) || value.length === 0) return undefined
  const named = value.flatMap((one) =>
    isRecord(one) && typeof one.name === 'string' ? [[one.name, one]] : [],
  )
  return named.length === value.length ? new Map(named as [string, unknown][]) : undefined
}
