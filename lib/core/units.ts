import bytes from 'bytes-iec'
import ms, { type StringValue } from 'ms'

/** The unit of an option's number. */
export type Unit = 'bytes' | 'milliseconds'

/** Examples of the two units, shown when a unit is missing. */
export const UNIT_EXAMPLES: Readonly<Record<Unit, string>> = {
  bytes: '512KiB, 64MiB or 1GB',
  milliseconds: '500ms, 30s or 2m',
}

const BARE_NUMBER = /^\s*[+-]?\d+(\.\d+)?\s*$/

/** True for a number without a unit; zero needs none. */
export function isUnitless(text: string): boolean {
  return BARE_NUMBER.test(text) && Number(text) !== 0
}

/** Parses a size into bytes or a duration into milliseconds; undefined if it is neither. */
export function parseUnit(text: string, unit: Unit): number | undefined {
  if (Number(text) === 0 && text.trim() !== '') return 0
  const value = unit === 'bytes' ? bytes.parse(text.trim()) : parseDuration(text.trim())
  return value === null || value === undefined || !Number.isFinite(value) ? undefined : Math.round(value)
}

/** Formats bytes or milliseconds exactly, so that they parse back: `64MiB`, `2m`. */
export function formatUnit(value: number, unit: Unit): string {
  if (value === 0) return '0'
  const steps = unit === 'bytes' ? SIZE_STEPS : DURATION_STEPS
  for (const [size, name] of steps) if (value % size === 0) return `${value / size}${name}`
  return String(value)
}

/** Formats a size, rounded to one decimal place: `1.4 GiB`. */
export function roughSize(value: number): string {
  return bytes.format(value, { mode: 'binary', decimalPlaces: 1, unitSeparator: ' ' }) ?? `${value} B`
}

/** Rounds seconds and rates to the three decimal places that reports have. */
export function toThousandths(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** Formats a count with its noun in the singular or the plural: `1 archive`, `2 archives`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

const SIZE_STEPS: readonly [number, string][] = [
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
  [1, 'B'],
]

const DURATION_STEPS: readonly [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
]

function parseDuration(text: string): number | undefined {
  if (text === '' || text.length > 100) return undefined
  const value = ms(text as StringValue)
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined
}
