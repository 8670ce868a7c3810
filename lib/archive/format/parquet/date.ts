/** A point in time, and whether `textOf` returns the text that it was read from. */
export interface Instant {
  /** Microseconds since 1970, as milliseconds of whole seconds, and the rest of a second. */
  readonly millis: number
  readonly micros: number
  readonly exact: boolean
}

const DATE = /^(\d{4}-\d\d-(\d\d)T(\d\d):\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/
const MICRO_DIGITS = 6
const MICROS = 1_000_000n

/** The instant of an RFC 3339 text, cut to the microsecond; undefined if the text is not RFC 3339. */
export function instantOf(text: string): Instant | undefined {
  const parts = DATE.exec(text)
  if (parts === null) return undefined
  const [, head, day, hour, fraction, zone] = parts
  const millis = Date.parse(`${head}${zone}`)
  if (Number.isNaN(millis)) return undefined
  const micros =
    fraction === undefined ? 0 : Number(fraction.slice(0, MICRO_DIGITS).padEnd(MICRO_DIGITS, '0'))
  const shortest = fraction === undefined || (fraction.length <= MICRO_DIGITS && !fraction.endsWith('0'))
  // Date.parse reads the 30th of February as a day in March, and 24:00 as the next day.
  const exact = zone === 'Z' && shortest && hour !== '24' && (day! <= '28' || dayOf(millis) === Number(day))
  return { millis, micros, exact }
}

function dayOf(millis: number): number {
  return new Date(millis).getUTCDate()
}

/** The canonical text: UTC as `Z`, as many digits after the second as needed, no trailing zero. */
export function textOf(micros: bigint): string {
  const fraction = ((micros % MICROS) + MICROS) % MICROS
  const head = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, -'.000Z'.length)
  if (fraction === 0n) return `${head}Z`
  return `${head}.${String(fraction).padStart(MICRO_DIGITS, '0').replace(/0+$/, '')}Z`
}
