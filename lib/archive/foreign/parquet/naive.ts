import { ElysiaError } from '../../../core/errors.ts'
import { DataType, type Field } from '../../format/arrow.ts'
import type { Roles } from './roles.ts'

/**
 * Refuses timestamps without a time zone in columns that become dates.
 * @throws ElysiaError ELYSIA_USAGE, naming the columns
 */
export function requireTimezone(fields: readonly Field[], { properties, id }: Roles): void {
  const used = new Set([...properties.values(), ...id])
  const naive = fields.filter(({ name, type }) => used.has(name) && isNaive(type)).map(({ name }) => name)
  if (naive.length === 0) return
  const fact = `the timestamps of ${naive.join(', ')} do not say what time zone they are of`
  throw new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'name it: --timezone Europe/Berlin, +02:00 or UTC (those that Spark writes as INT96 are UTC)',
  })
}

function isNaive(type: DataType): boolean {
  if (DataType.isTimestamp(type)) return !type.timezone
  return ((type.children ?? []) as Field[]).some((field) => isNaive(field.type))
}
