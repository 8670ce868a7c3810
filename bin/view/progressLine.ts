import { type ProgressState, pluralize, roughSize } from '../library.ts'

/**
 * One line: ` 41 %  8,200/20,000  2,700/s  ETA 4 s`. If it is wider than `columns` it loses the time left, then the
 * rate, what is in flight, the rejects, the phase, and last the count. The last column of a terminal stays free: text
 * there may wrap.
 */
export function progressLine(state: ProgressState, columns = Infinity): string {
  const all = fieldsOf(state)
  const kept = new Set(all)
  for (const least of [...all].sort((one, other) => other.rank - one.rank)) {
    if (joined(all, kept).length < columns || kept.size === 1) break
    kept.delete(least)
  }
  return joined(all, kept)
}

/** The progress with everything else known: bytes a second, retries, memory. */
export function statusLine(state: ProgressState): string {
  const { kind, bytes_in_per_second: input, bytes_out_per_second: output, retries, rss_bytes: memory } = state
  const more = [
    ...(input === undefined ? [] : [`in ${roughSize(input)}/s`]),
    ...(output === undefined ? [] : [`out ${roughSize(output)}/s`]),
    ...(retries === 0 ? [] : [pluralize(retries, 'retry', 'retries')]),
    `memory ${roughSize(memory)}`,
  ]
  return [...(kind === undefined ? [] : [kind]), progressLine(state).trimStart(), ...more].join('  ')
}

interface Field {
  readonly text: string
  /** The higher, the sooner it is dropped. */
  readonly rank: number
}

function fieldsOf(state: ProgressState): Field[] {
  const { phase, share, ahead = 0, rejected, rate_per_second: rate = 0, eta_seconds: left } = state
  return [
    ...(phase === undefined ? [] : [{ text: phase, rank: 2 }]),
    ...(share === undefined ? [] : [{ text: percent(state, share), rank: 0 }]),
    { text: countText(state), rank: share === undefined ? 0 : 1 },
    ...(rejected === 0 ? [] : [{ text: `${groupDigits(rejected)} rejected`, rank: 3 }]),
    ...(ahead === 0 ? [] : [{ text: `${groupDigits(ahead)} in flight`, rank: 3.5 }]),
    ...(rate === 0 ? [] : [{ text: rateText(rate), rank: 4 }]),
    ...(left === undefined ? [] : [{ text: `ETA ${durationText(left)}`, rank: 5 }]),
    ...(state.waits_for === undefined ? [] : [{ text: `waits for ${state.waits_for}`, rank: 1.5 }]),
  ]
}

function joined(all: readonly Field[], kept: ReadonlySet<Field>): string {
  const fields = all.filter((field) => kept.has(field))
  return fields.map(({ text }) => text).join('  ')
}

/** 100 % means complete; nearly complete is 99 %. */
function percent({ done, total }: ProgressState, share: number): string {
  const whole = share === 1 && (total === undefined || done >= total)
  return `${String(whole ? 100 : Math.min(99, Math.floor(share * 100))).padStart(3)} %`
}

/** The count of a line, with its unit; most lines count objects, which need none. */
function countText({ done, total, unit }: ProgressState): string {
  const of = total === undefined ? '' : `/${groupDigits(total)}`
  return `${groupDigits(done)}${of}${unit === 'objects' ? '' : ` ${unit}`}`
}

/** Two digits are as exact as a rate is. */
function rateText(rate: number): string {
  return `${groupDigits(rate < 10 ? Number(rate.toFixed(1)) : Number(rate.toPrecision(2)))}/s`
}

/** `4 s`, `3 min`, `1 h 5 min`: as exact as an estimate can be. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return `${groupDigits(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`
}

/** A number with thousands separators: `20,000`. */
export function groupDigits(count: number): string {
  const [whole = '', fraction] = String(count).split('.')
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? apart : `${apart}.${fraction}`
}
