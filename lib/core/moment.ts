import { parsePeriod, periodBefore } from './duration.ts'
import { ElysiaError } from './errors.ts'
import { guessPeriod } from './suggest.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * Parses a moment into the ISO text of the catalog: `2026-06-01` (its midnight in UTC), `2026-06-01T12:00Z`,
 * or a time before now: `30d`.
 * @throws ElysiaError ELYSIA_USAGE; `label` names the option
 */
export function momentOf(text: string, label: string, now: number): string {
  if (DAY.test(text) || MOMENT.test(text)) {
    const time = Date.parse(text)
    if (!Number.isNaN(time)) return new Date(time).toISOString()
  }
  if (/^\d[\dymdh]*[ymdh]$/.test(text))
    return new Date(periodBefore(now, parsePeriod(text, label))).toISOString()
  throw new ElysiaError('ELYSIA_USAGE', `${label} ${text} is not valid`, {
    hint: `a day (2026-06-01), a moment with its zone (2026-06-01T12:00Z), or a time before now (30d)${guessText(text)}`,
  })
}

function guessText(text: string): string {
  const guess = guessPeriod(text)
  return guess === undefined ? '' : `; did you mean ${guess}?`
}
