/** How far a job is. What it does not know is left out, and then not shown. */
export interface Measure {
  /** What is done now, where a job has several steps: `reading back`. */
  readonly phase?: string
  /** Things that are settled. */
  readonly done: number
  /** Things at work that are not settled yet. */
  readonly ahead?: number | undefined
  /** How many there are; one that `done` has overtaken was wrong, and is not shown. */
  readonly total?: number | undefined
  /** The share that is settled, from 0 to 1, where it is not done of total. */
  readonly share?: number | undefined
  /** What is counted, in the plural, where the line has to say it. */
  readonly unit?: string
  readonly rejected?: number
}

/** How fast it goes, as far as that is known: things a second, and seconds that are left. */
export interface Speed {
  readonly rate?: number | undefined
  readonly left?: number | undefined
}

/**
 * One line: ` 41 %  8,200/20,000  2,700/s  ETA 4 s`. Where it is wider than `columns` it loses the time left, then the
 * rate, what is in flight, the rejects, the phase, and last the count. Of a terminal its last column stays free: what stands there may wrap.
 */
export function progressLine(measure: Measure, speed: Speed, columns = Infinity): string {
  const all = fieldsOf(measure, speed)
  const kept = new Set(all)
  for (const least of [...all].sort((one, other) => other.rank - one.rank)) {
    if (joined(all, kept).length < columns || kept.size === 1) break
    kept.delete(least)
  }
  return joined(all, kept)
}

/** The share of the work that is settled; undefined where it is not known. */
export function shareOf({ done, total, share }: Measure): number | undefined {
  if (share !== undefined) return Math.min(1, share)
  return total === undefined || total === 0 || done > total ? undefined : done / total
}

interface Field {
  readonly text: string
  /** The higher, the sooner it goes. */
  readonly rank: number
}

function fieldsOf(measure: Measure, { rate, left }: Speed): Field[] {
  const { phase, ahead = 0, rejected = 0 } = measure
  const share = shareOf(measure)
  return [
    ...(phase === undefined ? [] : [{ text: phase, rank: 2 }]),
    ...(share === undefined ? [] : [{ text: percent(share, measure), rank: 0 }]),
    { text: countText(measure), rank: share === undefined ? 0 : 1 },
    ...(rejected === 0 ? [] : [{ text: `${grouped(rejected)} rejected`, rank: 3 }]),
    ...(ahead === 0 ? [] : [{ text: `${grouped(ahead)} in flight`, rank: 3.5 }]),
    ...(rate === undefined ? [] : [{ text: rateText(rate), rank: 4 }]),
    ...(left === undefined ? [] : [{ text: `ETA ${durationText(left)}`, rank: 5 }]),
  ]
}

function joined(all: readonly Field[], kept: ReadonlySet<Field>): string {
  const fields = all.filter((field) => kept.has(field))
  return fields.map(({ text }) => text).join('  ')
}

/** 100 % is what is all there; what is nearly done is 99 %. */
function percent(share: number, { done, total }: Measure): string {
  const whole = share === 1 && (total === undefined || done >= total)
  return `${String(whole ? 100 : Math.min(99, Math.floor(share * 100))).padStart(3)} %`
}

function countText({ done, total, unit }: Measure): string {
  const of = total === undefined || done > total ? '' : `/${grouped(total)}`
  return `${grouped(done)}${of}${unit === undefined ? '' : ` ${unit}`}`
}

/** Two digits are as much as a rate says. */
function rateText(rate: number): string {
  return `${grouped(rate < 10 ? Number(rate.toFixed(1)) : Number(rate.toPrecision(2)))}/s`
}

/** `4 s`, `3 min`, `1 h 5 min`: as exact as a guess can be. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return `${grouped(Math.floor(minutes / 60))} h${rest === 0 ? '' : ` ${rest} min`}`
}

/** A number with its thousands apart: `20,000`. */
export function grouped(count: number): string {
  const [whole = '', fraction] = String(count).split('.')
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? apart : `${apart}.${fraction}`
}
