import { roughSize } from '../../core/units.ts'
import type { MonitorReport } from './schema.ts'

const STEPS: readonly (readonly [seconds: number, name: string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/**
 * A number of seconds in its largest unit, rounded down: `3 d`, `25 h`. Less than two of a unit use the next smaller
 * one.
 */
export function ageOf(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const [size, name] = STEPS.find(([size]) => whole >= 2 * size) ?? [1, 's']
  return `${Math.floor(whole / size)} ${name}`
}

/** Quotes a word of a command: names are foreign, and users paste the step into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** The expected size of archives, as a sentence. */
export function forecastText(forecast: NonNullable<MonitorReport['storage_forecast']>): string {
  const { at, bytes, growth_bytes_per_day: growth, directory, free_bytes: free, full_at: full } = forecast
  if (growth <= 0) return 'all archives together do not grow'
  const grows = `all archives together grow by ${roughSize(Math.round(growth))} a day: ${roughSize(bytes)} on ${at.slice(0, 10)}`
  if (directory === undefined || free === undefined) return grows
  const until = full === undefined ? '' : `, at that rate until ${full.slice(0, 10)}`
  return `${grows}; ${directory} has ${roughSize(free)} free${until}`
}
