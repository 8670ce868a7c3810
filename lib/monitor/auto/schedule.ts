import { Cron } from 'croner'
import { formatUnit, parseUnit } from '../../core/units.ts'

/** When a policy is due, again and again. */
export interface Schedule {
  /** As a person reads it: `0 2 * * * Europe/Berlin`, `every 1d`. */
  readonly text: string
  /** The first time after a moment, both in milliseconds since 1970; undefined where none comes. */
  next(after: number): number | undefined
}

/**
 * A cron expression of five parts, or a nickname such as @daily, in a time zone; without one that of the machine. A time that
 * the clocks leave out is the first one after the gap, and one that comes twice is once: where hours and minutes are not
 * named but counted (`*`, `*` with a step), each hour that there is counts. @throws for an expression or a time zone that is none
 */
export function cronSchedule(expression: string, timezone: string | undefined): Schedule {
  const options = { mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true } as const
  const cron = new Cron(expression, { ...options, ...(timezone !== undefined && { timezone }) })
  return {
    text: timezone === undefined ? expression : `${expression} ${timezone}`,
    next: (after) => cron.nextRun(new Date(after))?.getTime(),
  }
}

/** So long after the last time. @throws for a duration that is none, or is shorter than a second */
export function everySchedule(duration: string): Schedule {
  const everyMs = parseUnit(duration, 'milliseconds')
  if (everyMs === undefined || everyMs < 1000) throw new Error('a duration of a second or more: 12h, 1d, 30d')
  return { text: `every ${formatUnit(everyMs, 'milliseconds')}`, next: (after) => after + everyMs }
}
