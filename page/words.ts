// Formats figures. Nothing here touches the page: tests read it too.

/** Stands between a figure and its unit, so that a line cannot break there. */
const GAP = '\u00a0'

const STEPS: readonly TimeUnit[] = [
  [365 * 86_400, 'y'],
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/**
 * A span of time in its largest unit, with the next one if that adds something: `45 s`, `3 min 20 s`, `26 h`, `12 d`.
 */
export function spanText(seconds: number): string {
  if (seconds < 1) return seconds <= 0 ? `0${GAP}s` : `${Math.max(1, Math.round(seconds * 1000))}${GAP}ms`
  if (seconds < 10) return `${trimmed(seconds, 1)}${GAP}s`
  const whole = Math.round(seconds)
  if (whole >= 3600 && whole < 48 * 3600)
    return inUnits(whole, [3600, 'h'], whole < 10 * 3600 ? [60, 'min'] : undefined)
  const index = STEPS.findIndex(([size]) => whole >= size)
  const unit = STEPS[index]!
  return inUnits(whole, unit, whole < 10 * unit[0] ? STEPS[index + 1] : undefined)
}

type TimeUnit = readonly [seconds: number, name: string]

/** A whole number of a unit, and of the next one if that is given and adds something. */
function inUnits(seconds: number, [size, name]: TimeUnit, next: TimeUnit | undefined): string {
  const count = Math.floor(seconds / size)
  const rest = next === undefined ? 0 : Math.floor((seconds - count * size) / next[0])
  return rest > 0 ? `${count}${GAP}${name} ${rest}${GAP}${next![1]}` : `${count}${GAP}${name}`
}

/** How long ago: `3 h ago`, `just now`. */
export function agoText(seconds: number): string {
  return seconds < 5 ? 'just now' : `${spanText(seconds)} ago`
}

/** How long before `now` a time was. */
export function secondsSince(time: string, now: string): number {
  return (Date.parse(now) - Date.parse(time)) / 1000
}

const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** A size: `1.4 GiB`. */
export function sizeText(bytes: number): string {
  let value = Math.abs(bytes)
  let step = 0
  for (; value >= 1024 && step < SIZES.length - 1; step += 1) value /= 1024
  return `${bytes < 0 ? '−' : ''}${trimmed(value, step === 0 || value >= 100 ? 0 : 1)}${GAP}${SIZES[step]}`
}

/** A count with thousands separators: `12,345`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en')
}

/** A count with its noun: `1 run`, `2 runs`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

/** Records or objects a second. */
export function rateText(perSecond: number): string {
  if (perSecond >= 100_000) return `${trimmed(perSecond / 1000, 0)}${GAP}k/s`
  return `${perSecond < 10 ? trimmed(perSecond, 1) : countText(perSecond)}/s`
}

/** A share of 1: `98.4 %`. Rounded down, so that 100 % means all. */
export function shareText(share: number): string {
  return `${trimmed(Math.floor(share * 1000 + 1e-9) / 10, 1)}${GAP}%`
}

function trimmed(value: number, digits: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

/** A time in the viewer's time zone: `29 Nov 2026, 13:40`. */
export function timeText(time: string): string {
  return new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
}

/** The time of day, to the second: `13:40:05`. */
export function clockText(time: string): string {
  return new Date(time).toLocaleTimeString('en-GB')
}

/** The day of a time: `29 Nov`. */
export function dayText(time: string): string {
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
}

/** A text with a capital first letter. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** A sentence about an error without the code in it, which says more to programs than to people. */
export function withoutCode(text: string): { readonly text: string; readonly code?: string } {
  const found = /\b(ELYSIA_[A-Z_]+): /.exec(text)
  return found === null ? { text } : { text: text.replace(found[0], ''), code: found[1]! }
}

/** Jobs whose name is not a noun. */
const NOUNS: Readonly<Record<string, string>> = {
  verify: 'verification',
  rehearse: 'rehearsal',
  migrate: 'migration',
  compact: 'compaction',
  delete: 'deletion',
}

/** The subject of a run: `backup of Article`, `cleanup`. */
export function subjectText({
  kind,
  collection,
}: {
  readonly kind: string
  readonly collection: string
}): string {
  const noun = Object.hasOwn(NOUNS, kind) ? NOUNS[kind]! : kind
  if (collection === '') return noun
  return `${noun} ${kind === 'ingest' || kind === 'restore' || kind === 'watch' ? 'into' : 'of'} ${collection}`
}

/** A command line as typed: quotes words that a shell would misread. */
export function commandText(words: readonly string[]): string {
  const quoted = words.map((word) =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  )
  return ['elysiactl', ...quoted].join(' ')
}

/** Splits a sentence: text in backquotes, and text that begins like a command, is to be typed. */
export function typedParts(text: string): { readonly text: string; readonly isTyped: boolean }[] {
  if (/^elysiactl /.test(text)) return [{ text, isTyped: true }]
  return text
    .split('`')
    .map((part, index) => ({ text: part, isTyped: index % 2 === 1 }))
    .filter(({ text: part }) => part !== '')
}

/** The median; undefined without values. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length === 0) return undefined
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2
}
