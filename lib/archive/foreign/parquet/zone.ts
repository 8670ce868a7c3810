import { ElysiaError } from '../../../core/errors.ts'

/** How far local clocks are ahead of UTC, in milliseconds, when they show a given time. */
export type Zone = (wallMs: number) => number

const OFFSET = /^([+-])(\d\d):(\d\d)$/
const MINUTE_MS = 60_000

/**
 * A zone by its name (`Europe/Berlin`), its offset (`+02:00`), or `UTC`. A time that occurs twice, when clocks are
 * put back, means the first; a time that is skipped is read as if the clocks had not changed.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function zoneOf(name: string): Zone {
  const [, sign, hours, minutes] = OFFSET.exec(name) ?? []
  if (sign !== undefined) {
    const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1)
    return () => offset
  }
  if (name === 'UTC' || name === 'Z') return () => 0
  return namedZone(name)
}

function namedZone(name: string): Zone {
  const format = formatOf(name)
  /** How far clocks are ahead of UTC at a moment. */
  const ahead = (ms: number): number => {
    const [, month, day, year, hour, minute, second] = SHOWN.exec(format.format(ms))!.map(Number)
    // `Date.UTC` maps the years 0 to 99 to 1900 and later.
    const shown = new Date(0).setUTCFullYear(year!, month! - 1, day!)
    const time = ((hour! % 24) * 60 + minute!) * MINUTE_MS + second! * 1000
    return shown + time - Math.floor(ms / 1000) * 1000
  }
  return (wallMs) => {
    // For a time that occurs twice, or never, the offset of a day earlier counts.
    const before = ahead(wallMs - DAY_MS)
    if (ahead(wallMs - before) === before) return before
    const after = ahead(wallMs - before)
    return ahead(wallMs - after) === after ? after : before
  }
}

const DAY_MS = 86_400_000
const SHOWN = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    const digits = { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
    return new Intl.DateTimeFormat('en-US', {
      ...digits,
      ...{ timeZone, year: 'numeric', second: '2-digit', hourCycle: 'h23' },
    })
  } catch (cause) {
    throw new ElysiaError('ELYSIA_USAGE', `${timeZone} is not a time zone`, {
      cause,
      hint: 'give a name such as Europe/Berlin, an offset such as +02:00, or UTC',
    })
  }
}
