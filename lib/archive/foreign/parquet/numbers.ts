import type { Json } from '../../../core/object.ts'
import type { ForeignChanges } from '../changes.ts'
import { PlainFault } from '../plainFault.ts'

/** Doubles tell decimals with this many digits apart. */
const SAFE_DIGITS = 15
const WORD_BITS = 32n

/** A 64-bit integer: a bigint if a double cannot hold it. */
export function longOf(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/**
 * A float for a property of integers, as programs write integers that may be missing. Beyond 2^53 the program may
 * have rounded it. @throws PlainFault
 */
export function wholeFloat(value: number): number {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value
  const reason = `${BigInt(value)} is in a column of floats, and may have been rounded: write the column as integers`
  throw new PlainFault('invalid_value', reason)
}

/** The digits of a decimal, from 32-bit words, lowest first, in two's complement. */
export function decimalText(words: Uint32Array, scale: number): string {
  let unsigned = 0n
  for (let at = words.length - 1; at >= 0; at--) unsigned = (unsigned << WORD_BITS) | BigInt(words[at]!)
  const value = BigInt.asIntN(words.length * Number(WORD_BITS), unsigned)
  const digits = `${value < 0n ? -value : value}`.padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale > 0 ? `.${digits.slice(-scale)}` : ''
  return `${value < 0n ? '-' : ''}${whole}${fraction}`
}

/** A decimal as a number: exact if it has no fraction, otherwise the nearest double. */
export function decimalOf(text: string, changes: ForeignChanges): Json {
  if (!text.includes('.')) return longOf(BigInt(text))
  const number = Number(text)
  const digits = text
    .replace(/^-?0*\.?0*/, '')
    .replace('.', '')
    .replace(/0+$/, '')
  if (digits.length > SAFE_DIGITS) changes.note('numbers_rounded')
  return number
}
