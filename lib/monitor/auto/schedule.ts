import { Cron } from 'croner'
import { formatUnit, parseUnit } from '../../core/units.ts'

/** The due times of a policy. */
export interface Schedule {
  /** The schedule in readable form: `0 2 * * * Europe/Berlin`, `every 1d`. */
  readonly text: string
  /** The first due time after a moment, both in milliseconds since 1970; undefined if there is none. */
  next(after: number): number | undefined
}

/**
 * A cron expression of five parts, or a nickname such as @daily, in a time zone; by default the machine's. A time that
 * a clock change skips moves to the first one after the gap, and a time that comes twice counts once. If hours or
 * minutes are not named but counted (`*`, `*` with a step), every existing hour counts.
 * @throws for an invalid expression or time zone
 */
export function cronSchedule(expression: string, timezone: string | undefined): Schedule {
  const options = { mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true } as const
  const cron = new Cron(expression, { ...options, ...(timezone !== undefined && { timezone }) })
  return {
    text: timezone === undefined ? expression : `${expression} ${timezone}`,
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
  }
}

/** Due so long after the last time. @throws for an invalid duration, or one below a second */
export function everySchedule(duration: string): Schedule {
  const everyMs = parseUnit(duration, 'milliseconds')
  if (everyMs === undefined || everyMs < 1000) throw new Error('a duration of a second or more: 12h, 1d, 30d')
  return { text: `every ${formatUnit(everyMs, 'milliseconds')}`, next: (after) => after + everyMs }
}
