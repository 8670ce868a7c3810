// Values that stores, formats and codecs have been known to lose.
import fc from 'fast-check'
import type { JsonObject } from '../../lib/core/object.ts'
import { CHARACTERS } from '../characters.ts'

const DENORMAL = 1.401298464324817e-45
const SMALLEST_NORMAL = 1.1754943508222875e-38

/** Texts of all kinds: NUL, halves of surrogate pairs, line ends, what looks like something else; long ones too. */
export const TEXTS = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 3, arbitrary: fc.string({ unit: CHARACTERS }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      '\u0000',
      'a\u0000b',
      '\ud83d',
      '\udc00\ud800',
      '\ufeff\u2028\r\n\t"\\',
      '{"id":1}\n',
      '2024-05-06T07:08:09Z',
      'null',
      '__HIVE_DEFAULT_PARTITION__',
      '../..',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x'.repeat(100_000), 'é🦑\u0000'.repeat(25_000), '"\\\n'.repeat(33_334)),
  },
)

/** Finite numbers; -0 as well. */
export const NUMBERS = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    0.1,
    2 ** 53,
    -(2 ** 53) - 2,
    1e21,
  ),
)

const two = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'))

/** Dates as a producer writes them: with up to nine digits behind the second and any offset. */
export const DATES = fc
  .tuple(
    fc.constantFrom('0001', '1684', '1969', '1970', '2024', '2262', '9999'),
    two(1, 12),
    two(1, 28),
    two(0, 23),
    two(0, 59),
    fc.constantFrom('', '.0', '.5', '.120', '.123456', '.123456789', '.000000001', '.999999999'),
    fc.constantFrom('Z', '+00:00', '-00:00', '+05:30', '-11:00', '+14:00'),
  )
  .map(
    ([year, month, day, hour, second, fraction, zone]) =>
      `${year}-${month}-${day}T${hour}:59:${second}${fraction}${zone}`,
  )

const FLOATS = [0, -0, DENORMAL, -DENORMAL, SMALLEST_NORMAL, 0.1, 1 / 3, 1e18, -1e-20]

/** Vectors of one width, of numbers that are finite: a server works out distances with them. */
export function floats(width: number): fc.Arbitrary<Float32Array> {
  const one = fc.oneof(
    fc.float({ min: Math.fround(-1e18), max: Math.fround(1e18), noNaN: true }),
    fc.constantFrom(...FLOATS),
  )
  return fc.array(one, { minLength: width, maxLength: width }).map((numbers) => Float32Array.from(numbers))
}

/** Names inside an object that mean something to JavaScript. */
export const UNUSUAL_NAMES = ['__proto__', 'constructor', 'hasOwnProperty', 'toJSON', 'then'] as const

/** Objects in objects, so many deep, with a text at the bottom. */
export function deep(depth: number): { readonly properties: readonly object[]; readonly value: JsonObject } {
  let properties: readonly object[] = [{ name: 'text', dataType: ['text'] }]
  let value: JsonObject = { text: 'bottom' }
  for (let level = 1; level < depth; level++) {
    properties = [{ name: 'inner', dataType: ['object'], nestedProperties: properties }]
    value = { inner: value }
  }
  return { properties, value }
}
