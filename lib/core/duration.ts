import { ElysiaError } from './errors.ts'
import { guessPeriod } from './suggest.ts'

/** A calendar period: a month counts as a month, however many days it has. */
export interface Period {
  readonly years: number
  readonly months: number
  readonly days: number
  readonly hours: number
}

const UNITS = { y: 'years', m: 'months', d: 'days', h: 'hours' } as const

type Letter = keyof typeof UNITS

/**
 * Parses a retention period such as `2y5m7d3h`. `m` means months, since minutes make no sense for archives, and there
 * are no weeks. Each unit at most once, in any order.
 * @throws ElysiaError ELYSIA_USAGE; `label` names the option
 */
export function parsePeriod(text: string, label: string): Period {
  const period = { years: 0, months: 0, days: 0, hours: 0 }
  const seen = new Set<string>()
  for (const [, number, letter] of text.matchAll(/(\d{1,6})([ymdh])/g)) {
    period[UNITS[letter as Letter]] = Number(number)
    if (seen.has(letter!)) throw notAPeriod(text, label)
    seen.add(letter!)
  }
  if (!/^(\d{1,6}[ymdh])+$/.test(text)) throw notAPeriod(text, label)
  return period
}

function notAPeriod(text: string, what: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${what} ${text} is not valid`, { hint: lackOf(text) })
}

function lackOf(text: string): string {
  const guess = guessPeriod(text)
  const fact = 'it takes a period such as 30d, 6m or 2y5m7d3h: y, m (months), d and h, each once'
  return guess === undefined || guess === text ? fact : `${fact}; did you mean ${guess}?`
}

/** The fault in the text of a period; undefined if there is none. */
export function periodFault(text: string): string | undefined {
  try {
    parsePeriod(text, '')
    return undefined
  } catch {
    return lackOf(text)
  }
}

/** True for a period of no length, such as `0h`. */
export function isZero({ years, months, days, hours }: Period): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0
}

/** Formats a period so that `parsePeriod` reads it back. */
export function periodText(period: Period): string {
  const units = Object.entries(UNITS).filter(([, unit]) => period[unit] > 0)
  return units.length === 0 ? '0h' : units.map(([letter, unit]) => `${period[unit]}${letter}`).join('')
}

/**
 * The moment one period before another: first calendar years, months and days in UTC, then hours. 31 March
 * minus a month is 3 March, since there is no 31 February.
 */
export function periodBefore(moment: number, { years, months, days, hours }: Period): number {
  const date = new Date(moment)
  date.setUTCFullYear(date.getUTCFullYear() - years, date.getUTCMonth() - months, date.getUTCDate() - days)
  return date.getTime() - hours * 3_600_000
}
