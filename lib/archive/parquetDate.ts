/** A point in time, and whether `textOf` gives back the text that it was read from. */
export interface Instant {
  /** Microseconds since 1970. */
  readonly micros: bigint
  readonly exact: boolean
}

const DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/
const MICRO_DIGITS = 6
const MICROS = 1_000_000n

/** The instant that an RFC 3339 text names, cut to the microsecond; undefined where it names none. */
export function instantOf(text: string): Instant | undefined {
  const [, head, fraction = '', zone] = DATE.exec(text) ?? []
  if (head === undefined) return undefined
  const millis = Date.parse(`${head}${zone}`)
  if (Number.isNaN(millis)) return undefined
  const micros = BigInt(millis) * 1000n + BigInt(fraction.slice(0, MICRO_DIGITS).padEnd(MICRO_DIGITS, '0'))
  return { micros, exact: zone === 'Z' && textOf(micros) === text }
}

/** The canonical text: UTC as `Z`, as many digits of a second as there are, no zero at the end. */
export function textOf(micros: bigint): string {
  const fraction = ((micros % MICROS) + MICROS) % MICROS
  const head = new Date(Number((micros - fraction) / 1000n)).toISOString().slice(0, -'.000Z'.length)
  if (fraction === 0n) return `${head}Z`
  return `${head}.${String(fraction).padStart(MICRO_DIGITS, '0').replace(/0+$/, '')}Z`
}
