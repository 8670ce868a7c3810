/** A time in UTC, to the second: `2026-11-29T04:56:12Z`. For output that programs may read. */
export function utcText(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}

/** A time in the user's time zone: `2026-11-29 05:56:12 +01:00`. */
export function localText(time: string): string {
  const date = new Date(time)
  const minutes = -date.getTimezoneOffset()
  const local = new Date(date.getTime() + minutes * 60_000).toISOString()
  const zone = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) =>
    String(part).padStart(2, '0'),
  )
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${minutes < 0 ? '-' : '+'}${zone.join(':')}`
}

const STEPS: readonly (readonly [seconds: number, name: string])[] = [
  [365 * 86_400, 'y'],
  [30 * 86_400, 'mo'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** The age of something in its largest unit: `3 h`, `12 d`. */
export function ageText(time: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000))
  const [size, name] = STEPS.find(([size]) => seconds >= size) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${name}`
}
