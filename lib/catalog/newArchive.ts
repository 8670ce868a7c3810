import { ElysiaError } from '../core/errors.ts'
import { isRecord } from '../core/value/record.ts'
import type { NewArchive } from './record.ts'
import { isTexts, isTime } from './shallowJson.ts'

const ID = /^[0-9a-z][0-9a-z-]{7,63}$/

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]))

const FIELDS: Readonly<Record<keyof NewArchive, Check>> = {
  id: (value) => typeof value === 'string' && ID.test(value),
  started: isTime,
  collection: text,
  content: (value) => value === 'full' || value === 'schema-only',
  source: object({ target: text, version: text }),
  encoding: object({ format: text, compression: text, level: maybe(Number.isInteger), vectors: maybe(text) }),
  tenants: maybe((value) => Array.isArray(value) && value.every(object({ name: text }))),
  all_tenants: maybe((value) => typeof value === 'boolean'),
  selection: maybe(object({ filter: maybe(text), objects: maybe(isTexts), properties: maybe(isTexts) })),
  parent: maybe(text),
  tags: isTexts,
  note: maybe(text),
}

/** A catalog entry from a journal's plan, which may come from anywhere. @throws ElysiaError ELYSIA_DAMAGED */
export function parseNewArchive(plan: unknown): NewArchive {
  if (isRecord(plan)) {
    const wrong = Object.entries(FIELDS).find(([name, check]) => !check(plan[name]))
    if (wrong === undefined) return plan as unknown as NewArchive
    throw new ElysiaError('ELYSIA_DAMAGED', `its journal holds no plan: ${wrong[0]} is missing or wrong`)
  }
  throw new ElysiaError('ELYSIA_DAMAGED', 'its journal holds no plan')
}
