// What becomes what: every cell of the table in SPEC.md, and that nothing is lost on the way.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { exactJson } from '../../../lib/core/exactJson.ts'
import type { Json } from '../../../lib/core/object.ts'
import { CONVERSIONS, conversion, SCALARS, type ScalarType } from '../../../lib/transform/value/conversion.ts'
import { runs, tried } from '../../runs.ts'

function converted(from: string, to: string, value: Json): Json | Error {
  const made = conversion(from, to)!(value)
  return 'fault' in made ? new Error(made.fault) : made.value
}

/** From, to, a value, and what comes of it; undefined: a fault. */
const CELLS: readonly (readonly [from: string, to: string, value: Json, made: Json | undefined])[] = [
  ['text', 'int', '42', 42],
  ['text', 'int', ' +42 ', 42],
  ['text', 'int', '-0', 0],
  ['text', 'int', '42.000', 42],
  ['text', 'int', '42.5', undefined],
  ['text', 'int', '4e2', undefined],
  ['text', 'int', '', undefined],
  ['text', 'int', '0x10', undefined],
  ['text', 'int', '9007199254740993', 9007199254740993n],
  ['text', 'int', '9223372036854775809', undefined],
  ['text', 'int', '9'.repeat(100_000), undefined],
  ['number', 'int', 3, 3],
  ['number', 'int', -0, 0],
  ['number', 'int', 3.5, undefined],
  ['number', 'int', 2 ** 60, 2n ** 60n],
  ['number', 'int', 1e300, undefined],
  ['boolean', 'int', true, 1],
  ['text', 'number', '0.1', 0.1],
  ['text', 'number', '1.50', 1.5],
  ['text', 'number', '.5e3', 500],
  ['text', 'number', '-0', -0],
  ['text', 'number', '9007199254740993', undefined],
  ['text', 'number', '0.1234567890123456789', undefined],
  ['text', 'number', '1e400', undefined],
  ['text', 'number', 'Infinity', undefined],
  ['text', 'number', 'NaN', undefined],
  ['int', 'number', 7, 7],
  ['int', 'number', 9007199254740994n, 9007199254740994],
  ['int', 'number', 9007199254740993n, undefined],
  ['boolean', 'number', false, 0],
  ['int', 'text', 9007199254740993n, '9007199254740993'],
  ['number', 'text', 0.1, '0.1'],
  ['number', 'text', 1e21, '1e+21'],
  ['boolean', 'text', true, 'true'],
  ['date', 'text', '2024-01-31T12:00:00+02:00', '2024-01-31T12:00:00+02:00'],
  ['uuid', 'text', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001'],
  ['text', 'date', '2024-01-31T12:00:00+02:00', '2024-01-31T12:00:00+02:00'],
  ['text', 'date', '2024-01-31', '2024-01-31T00:00:00Z'],
  ['text', 'date', '2024-01-31 12:30', '2024-01-31T12:30:00Z'],
  ['text', 'date', '2024-01-31T12:30:00.5', '2024-01-31T12:30:00.5Z'],
  ['text', 'date', '2023-02-29', undefined],
  ['text', 'date', '31.01.2024', undefined],
  ['text', 'date', '2024-01-31T00:00:00.0000000001Z', undefined],
  ['text', 'date', '2024-01-31T00:00:00.1000000000Z', '2024-01-31T00:00:00.1000000000Z'],
  ['text', 'boolean', 'TRUE', true],
  ['text', 'boolean', '0', false],
  ['text', 'boolean', 'yes', undefined],
  ['int', 'boolean', 1, true],
  ['number', 'boolean', 0.5, undefined],
  ['int', 'boolean', 2, undefined],
  ['text', 'uuid', '{00000000-0000-4000-8000-00000000000A}', '00000000-0000-4000-8000-00000000000a'],
  ['text', 'uuid', 'x', undefined],
  ['text', 'text[]', 'a', ['a']],
  ['text[]', 'int[]', ['1', '2'], [1, 2]],
  ['text[]', 'int[]', ['1', 'b'], undefined],
  ['text[]', 'int', ['1'], 1],
  ['text[]', 'int', [], null],
  ['text[]', 'int', ['1', '2'], undefined],
  ['string', 'text', 'a', 'a'],
  ['text', 'text', 'constructor', 'constructor'],
  ['text', 'boolean', 'constructor', undefined],
  ['text', 'int', { a: 1 }, undefined],
]

t.test('a value becomes what is equal to it, or nothing does', async (t) => {
  for (const [from, to, value, made] of CELLS) {
    const got = converted(from, to, value)
    const text = `${from} → ${to}: ${exactJson(value).slice(0, 40)}`
    if (made === undefined) t.ok(got instanceof Error, text)
    else
      t.ok(
        Object.is(got, made) || (typeof made === 'object' && exactJson(got as Json) === exactJson(made)),
        text,
      )
  }
})

t.test('types of which no value is the other are not converted', async (t) => {
  for (const [from, to] of [
    ['int', 'date'],
    ['date', 'int'],
    ['uuid', 'boolean'],
    ['geoCoordinates', 'text'],
    ['object', 'text'],
    ['Article', 'text'],
    ['text', 'geoCoordinates'],
  ] as const)
    t.equal(conversion(from, to), undefined, `${from} → ${to}`)
})

/** A decimal as a fraction of whole numbers, so that equality is exact. */
function rational(text: string): readonly [bigint, bigint] {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(power) - fraction.length
  const value = BigInt(`${whole}${fraction}`.replace(/^\+/, '') || '0')
  return shift >= 0 ? [value * 10n ** BigInt(shift), 1n] : [value, 10n ** BigInt(-shift)]
}

t.test(
  'a text becomes a number where the shortest digits of that number say the same, and only there',
  async (t) => {
    const decimals = fc
      .tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.nat(25), fc.integer({ min: -20, max: 20 }))
      .map(([digits, places, power]) => {
        const sign = digits < 0n ? '-' : ''
        const all = `${digits < 0n ? -digits : digits}`.padStart(places + 1, '0')
        const at = all.length - places
        return `${sign}${all.slice(0, at)}${places === 0 ? '' : `.${all.slice(at)}`}${power === 0 ? '' : `e${power}`}`
      })
    const law = fc.property(
      fc.oneof(decimals, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
      (text) => {
        const got = converted('text', 'number', text)
        const [a, b] = rational(text)
        const [c, d] = rational(String(Number(text)))
        const isSame = a * d === c * b
        if (got instanceof Error) {
          if (isSame) throw new Error(`${text} was refused: ${got.message}`)
        } else if (!isSame || got !== Number(text)) throw new Error(`${text} became ${String(got)}`)
      },
    )
    fc.assert(law, tried(runs(2000)))
    t.pass()
  },
)

t.test('what was converted comes back, wherever there is a way back', async (t) => {
  const values: Readonly<Record<ScalarType, fc.Arbitrary<Json>>> = {
    int: fc.oneof(
      fc.maxSafeInteger(),
      fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).filter((one) => one > 2n ** 53n || one < -(2n ** 53n)),
    ),
    number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
    text: fc.string(),
    date: fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
      .map((one) => one.toISOString()),
    boolean: fc.boolean(),
    uuid: fc.uuid().map((one) => one.toLowerCase()),
  }
  for (const from of SCALARS) {
    for (const to of SCALARS) {
      const there = conversion(from, to)
      const back = conversion(to, from)
      if (there === undefined || back === undefined || from === 'text') continue
      const law = fc.property(values[from], (value) => {
        const made = there(value)
        if ('fault' in made) return
        const again = back(made.value)
        if ('fault' in again || exactJson(again.value) !== exactJson(value))
          throw new Error(`${from} → ${to} → ${from}: ${exactJson(value)}`)
      })
      fc.assert(law, tried(runs(200)))
    }
  }
  t.pass()
})

t.test('SPEC.md has the table', async (t) => {
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8')
  for (const to of SCALARS) {
    const row = new RegExp(`\\| \`${to}\` \\| ${CONVERSIONS[to].map((one) => `\`${one}\``).join(', ')} \\|`)
    t.match(spec, row, to)
  }
})
