import type { Json, StoredObject } from '../../core/object.ts'
import { ValueFault } from './fault.ts'

type Read = (object: StoredObject) => Json | undefined
type Operator = '+' | '-' | '*' | '/' | '%'

const DOUBLES: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

const WHOLES: Readonly<Record<Operator, (a: bigint, b: bigint) => bigint>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

/** Two numbers → one; null if either is null. Ints are exact in 64 bits, others are 64-bit floats. */
export function arithmetic(operator: Operator, left: Read, right: Read, isInt: boolean): Read {
  const isDivision = operator === '/' || operator === '%'
  const double = DOUBLES[operator]
  return (object) => {
    const [a, b] = [left(object), right(object)]
    if (!isNumber(a) || !isNumber(b)) return undefined
    if (isDivision && Number(b) === 0) throw new ValueFault('a division by zero')
    if (!isInt) return finite(double(Number(a), Number(b)))
    if (typeof a === 'number' && typeof b === 'number') {
      const quick = double(a, b)
      if (Number.isSafeInteger(quick)) return quick + 0
    }
    return within64(WHOLES[operator](wholeOf(a), wholeOf(b)))
  }
}

/** A number with the opposite sign. */
export function negated(read: Read, isInt: boolean): Read {
  return (object) => {
    const value = read(object)
    if (!isNumber(value)) return undefined
    return isInt ? within64(-wholeOf(value)) : -Number(value)
  }
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** A stored int with a fraction is invalid. */
function wholeOf(value: number | bigint): bigint {
  if (typeof value === 'number' && !Number.isInteger(value))
    throw new ValueFault(`${value} is not a whole number`)
  return BigInt(value)
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new ValueFault('a number beyond the 64-bit floats')
}

function within64(value: bigint): number | bigint {
  if (BigInt.asIntN(64, value) !== value) throw new ValueFault('a whole number beyond 64 bits')
  const double = Number(value)
  return Number.isSafeInteger(double) ? double : value
}
