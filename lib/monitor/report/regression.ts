/** How much slower the last runs are than those before them. */
export interface Slower {
  /** The median of the last runs. */
  readonly rate: number
  /** The median of the runs before them. */
  readonly median: number
  /** By which share, 0 to 1. */
  readonly slower: number
}

/** How many of the last runs are held against those before: few, to be early; and more, to be sure. */
const LAST = [3, 5] as const
const MOST_BEFORE = 30
const FEWEST_BEFORE = 8
/** The probability that equal runs look so by chance, for each of the two: together less than 1 in 1,000. */
const CHANCE = 0.0004
/** What is less slow than this is no concern of anybody, however certain. */
const LEAST_SLOWER = 0.15

/** A single run so much slower, and so many deviations away, needs no second one. */
const PLUNGE = 0.5
const PLUNGE_DEVIATIONS = 8
/** The median absolute deviation of normal noise is so much of its standard deviation. */
const OF_NORMAL = 1.4826

/**
 * Whether like runs have become slower; the newest rate is the last. Ranks decide, not sizes: of equal runs no more than one
 * history in a thousand is taken for slower, whatever the noise, and a run that was far off by chance weighs as one.
 * Undefined where they have not, or where there are too few to tell: it takes 8 before the last.
 */
export function slowerOf(rates: readonly number[]): Slower | undefined {
  const one = plunge(rates)
  if (one !== undefined) return one
  for (const count of LAST) {
    const found = shifted(rates, count)
    if (found !== undefined) return found
  }
  return undefined
}

function shifted(rates: readonly number[], count: number): Slower | undefined {
  const last = rates.slice(-count)
  const before = rates.slice(-count - MOST_BEFORE, -count)
  if (before.length < FEWEST_BEFORE || last.length < count) return undefined
  const found = comparison(median(last), median(before))
  if (found.slower < LEAST_SLOWER) return undefined
  // How many pairs are the wrong way round: none where all of the last are slower than all before.
  const against = last.reduce((sum, one) => sum + before.filter((other) => other <= one).length, 0)
  return chanceOf(against, count, before.length) <= CHANCE ? found : undefined
}

function plunge(rates: readonly number[]): Slower | undefined {
  const before = rates.slice(-1 - MOST_BEFORE, -1)
  const last = rates.at(-1)
  if (last === undefined || before.length < FEWEST_BEFORE) return undefined
  const middle = median(before)
  const deviation = OF_NORMAL * median(before.map((one) => Math.abs(one - middle)))
  const found = comparison(last, middle)
  const isFar = middle - last > PLUNGE_DEVIATIONS * Math.max(deviation, middle * 0.02)
  return found.slower >= PLUNGE && isFar ? found : undefined
}

function comparison(rate: number, middle: number): Slower {
  return { rate, median: middle, slower: middle > 0 ? Math.max(0, 1 - rate / middle) : 0 }
}

/** The middle of some numbers; 0 of none. */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) return 0
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * The probability that of equal runs at most so many pairs are the wrong way round: the exact distribution of Mann and
 * Whitney's U.
 */
function chanceOf(against: number, last: number, before: number): number {
  // ways[k][u]: how k of the runs so far can be the last ones with u pairs.
  const pairs = last * before
  const deviation = Math.sqrt((pairs * (last + before + 1)) / 12)
  // Far from what could be rare enough: it need not be counted.
  if (against > pairs / 2 - 2 * deviation) return 1
  const most = against
  let ways = Array.from({ length: last + 1 }, (_, k) => row(most, k === 0 ? 1 : 0))
  for (let runs = 0; runs < last + before; runs += 1) {
    const next = Array.from({ length: last + 1 }, () => row(most, 0))
    for (let k = 0; k <= last; k += 1) {
      const earlier = runs - k
      if (earlier < 0) continue
      for (let u = 0; u <= most; u += 1) {
        const count = ways[k]![u]!
        if (count === 0) continue
        if (earlier < before) next[k]![u]! += count
        // One of the last above so many of those before: as many pairs are the wrong way round.
        if (k < last && u + earlier <= most) next[k + 1]![u + earlier]! += count
      }
    }
    ways = next
  }
  const good = ways[last]!.reduce((sum, count) => sum + count, 0)
  return good / choose(last + before, last)
}

function row(most: number, first: number): number[] {
  return Array.from({ length: most + 1 }, (_, u) => (u === 0 ? first : 0))
}

function choose(all: number, some: number): number {
  let result = 1
  for (let i = 1; i <= some; i += 1) result = (result * (all - some + i)) / i
  return result
}
