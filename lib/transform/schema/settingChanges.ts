import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'

/** A changed setting of a class. */
export interface SettingChange {
  /** `vectorConfig.content` */
  readonly path: string
  readonly from?: unknown
  readonly to?: unknown
}

/**
 * The differences between two classes, setting by setting, as deep as both have them: `from` is absent for a new
 * setting, `to` for a removed one. Properties are matched by name.
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
  // Settings of one index type mean nothing to another, so they are replaced as a whole.
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

/** The entries of a record, or of a list of named things; undefined for anything else. */
function byKey(value: unknown): Map<string, unknown> | undefined {
  if (isRecord(value)) return new Map(Object.entries(value))
  if (!Array.isArray(value) || value.length === 0) return undefined
  const named = value.flatMap((one) =>
    isRecord(one) && typeof one.name === 'string' ? [[one.name, one]] : [],
  )
  return named.length === value.length ? new Map(named as [string, unknown][]) : undefined
}
