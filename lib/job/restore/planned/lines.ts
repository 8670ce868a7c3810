import { parseBounded } from '../../../core/boundedJson.ts'
import type { ElysiaError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/value/record.ts'
import {
  CHANGES,
  PLANNED_OPTIONS,
  type PlanEnd,
  type PlanEntry,
  type PlanHeader,
  type PlannedAction,
} from './format.ts'

const BOUNDS = { depth: 8, nodes: 1000, values: 1000 }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MARK = /^[0-9A-Za-z+/]{43}=(\.[0-9A-Za-z+/]{43}=)?$/
const MOST_TENANT_LENGTH = 64 * 1024
const TEXTS = [
  'source',
  'archive',
  'identity',
  'collection',
  'class',
  'target',
  'strategy',
  'made_at',
] as const

type At = (fact: string) => ElysiaError

/** A line of a plan as a JSON object. @throws the error that `at` makes */
export function parseRecord(line: string, at: At): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseBounded(line, BOUNDS)
  } catch {
    throw at('is not JSON, or nests too deep')
  }
  if (!isRecord(value)) throw at('is not an object')
  return value
}

/** The header of a plan. @throws the error that `at` makes */
export function parseHeader(value: Readonly<Record<string, unknown>>, at: At): PlanHeader {
  if (value.kind !== 'plan') throw at('does not begin a plan')
  if (value.format !== 1) throw at('is of a newer version')
  const { options, shape } = value
  const isWhole = TEXTS.every((name) => typeof value[name] === 'string')
  if (!isWhole || !isRecord(options) || (shape !== null && typeof shape !== 'string')) {
    throw at('lacks what a plan begins with')
  }
  if (options.onConflict !== value.strategy) throw at('names two strategies')
  const knownOptions = Object.entries(options).filter(([key]) =>
    (PLANNED_OPTIONS as readonly string[]).includes(key),
  )
  if (!areTransforms(value.transforms)) throw at('names transforms that are not valid')
  return { ...(value as unknown as PlanHeader), options: Object.fromEntries(knownOptions) }
}

const MOST_TRANSFORMS = 1000

function areTransforms(transforms: unknown): boolean {
  if (transforms === undefined) return true
  if (!Array.isArray(transforms) || transforms.length > MOST_TRANSFORMS) return false
  return transforms.every(
    (one) =>
      isRecord(one) &&
      typeof one.name === 'string' &&
      [one.sha256, one.text].every((text) => text === undefined || typeof text === 'string'),
  )
}

/** An entry of a plan. @throws the error that `at` makes */
export function parseEntry(
  { id, tenant, do: change, was, becomes }: Readonly<Record<string, unknown>>,
  at: At,
): PlanEntry {
  if (typeof id !== 'string' || !UUID.test(id)) throw at('has no id')
  if (!CHANGES.includes(change as PlannedAction)) throw at('does not say what to do')
  if (
    tenant !== undefined &&
    (typeof tenant !== 'string' || tenant.length > MOST_TENANT_LENGTH || tenant === '')
  )
    throw at('has a tenant that is not valid')
  const isMark = (mark: unknown, wanted: boolean) =>
    wanted ? typeof mark === 'string' && MARK.test(mark) : mark === undefined
  if (!isMark(was, change !== 'create') || !isMark(becomes, change !== 'delete'))
    throw at('lacks a digest, or has one too many')
  return {
    id,
    ...(tenant !== undefined && { tenant: tenant as string }),
    do: change as PlannedAction,
    ...(was !== undefined && { was: was as string }),
    ...(becomes !== undefined && { becomes: becomes as string }),
  }
}

/** The last line of a plan, checked against its entries. @throws the error that `at` makes */
export function parseEnd(
  value: Readonly<Record<string, unknown>>,
  sha256: string,
  counted: Readonly<Record<PlannedAction, number>>,
  { strategy }: PlanHeader,
  at: At,
): PlanEnd {
  if (value.sha256 !== sha256) throw at('says that it was changed since it was made')
  const { counts } = value
  if (!isRecord(counts) || CHANGES.some((change) => counts[change] !== counted[change])) {
    throw at('counts other objects than there are')
  }
  if (counted.delete > 0 && strategy !== 'replace') throw at('deletes objects, though it replaces nothing')
  return value as unknown as PlanEnd
}
