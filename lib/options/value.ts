import { closestMatch } from '../core/suggest.ts'
import { formatUnit, isUnitless, parseUnit, UNIT_EXAMPLES, type Unit } from '../core/units.ts'
import type { OptionSchema } from './schema.ts'

/** The value of an option after its check. */
export type OptionValue = string | number | boolean

/** Why a value is invalid, as a sentence that says what would be valid. */
export class OptionFault {
  readonly hint: string
  constructor(hint: string) {
    this.hint = hint
  }
}

/**
 * Converts a written value to the option's own type, or returns its fault. In code a number means bytes or
 * milliseconds; `inCode` is false for a person's input, which needs the unit.
 */
export function optionValue(
  option: OptionSchema,
  value: unknown,
  inCode: boolean,
): OptionValue | OptionFault {
  const word = wordValue(option, value, inCode)
  if (word !== undefined) return word
  const converted = convert(option, value, inCode)
  if (typeof converted === 'number') return withinBounds(option, converted)
  return typeof converted === 'string' ? allowed(option, converted) : converted
}

function convert(option: OptionSchema, value: unknown, inCode: boolean): OptionValue | OptionFault {
  if (option.type === 'boolean') return asBoolean(value)
  if (option.type === 'string') return asString(value)
  if (option.unit === undefined || (inCode && typeof value === 'number')) return asInteger(value)
  return asMeasure(option, String(value), option.unit)
}

/** The number for a word, which may be outside the bounds; in code the number itself is accepted, too. */
function wordValue({ words = {} }: OptionSchema, value: unknown, inCode: boolean): number | undefined {
  if (typeof value === 'string') return Object.hasOwn(words, value) ? words[value] : undefined
  return inCode && Object.values(words).includes(value as number) ? (value as number) : undefined
}

function asBoolean(value: unknown): boolean | OptionFault {
  if (typeof value === 'boolean') return value
  if (value === 'true' || value === '1') return true
  if (value === 'false' || value === '0') return false
  return new OptionFault('it takes true or false')
}

function asString(value: unknown): string | OptionFault {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== ''
    ? value
    : new OptionFault('it takes a text that is not empty')
}

function asInteger(value: unknown): number | OptionFault {
  const number = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value
  return Number.isSafeInteger(number) ? (number as number) : new OptionFault('it takes a whole number')
}

function asMeasure(option: OptionSchema, text: string, unit: Unit): number | OptionFault {
  if (isUnitless(text))
    return new OptionFault(`a unit is needed: ${UNIT_EXAMPLES[unit]}${guessOf(option, text, unit)}`)
  return parseUnit(text, unit) ?? new OptionFault(`it takes a value like ${UNIT_EXAMPLES[unit]}`)
}

/** The usual unit, if the option's bounds allow the value with it. */
function guessOf(option: OptionSchema, text: string, unit: Unit): string {
  const guess = `${text.trim()}${unit === 'bytes' ? 'MiB' : 's'}`
  const value = parseUnit(guess, unit)
  return value === undefined || withinBounds(option, value) instanceof OptionFault
    ? ''
    : `; did you mean ${guess}?`
}

function withinBounds(option: OptionSchema, value: number): number | OptionFault {
  const { minimum, maximum } = option
  const below = minimum !== undefined && value < minimum
  const above = maximum !== undefined && value > maximum
  return below || above ? new OptionFault(`it takes ${boundsOf(option)}`) : value
}

function allowed(option: OptionSchema, value: string): string | OptionFault {
  if (option.enum?.includes(value) === false) return new OptionFault(enumLack(option.enum, value))
  if (option.pattern !== undefined && !new RegExp(option.pattern, 'u').test(value)) {
    return new OptionFault(`it takes ${option.placeholder ?? option.pattern}`)
  }
  const lack = option.check?.(value)
  return lack === undefined ? value : new OptionFault(lack)
}

function enumLack(known: readonly string[], value: string): string {
  const near = closestMatch(value, known)
  const fact = `it takes ${known.join(', ')}`
  return near === undefined ? fact : `${fact}; did you mean ${near}?`
}

/** The bounds of a number, for a person: `1 to 64`, `1KiB or more`; empty if there are none. */
export function boundsOf(option: OptionSchema): string {
  const { minimum, maximum, unit } = option
  const format = (value: number) => (unit === undefined ? String(value) : formatUnit(value, unit))
  if (minimum !== undefined && maximum !== undefined) return `${format(minimum)} to ${format(maximum)}`
  if (minimum !== undefined) return `${format(minimum)} or more`
  return maximum === undefined ? '' : `${format(maximum)} or less`
}
