/** How much slower the last runs are than those before. */
export interface Slowdown {
  /** The median of the last runs. */
  readonly rate: number
  /** The median of the runs before them. */
  readonly median: number
  /** The loss as a share, 0 to 1. */
  readonly slower: number
}

/** How many of the last runs are compared with those before: few, to notice early, and more, to be sure. */
const [FEW, MORE] = [3, 5] as const
const MOST_BEFORE = 30
const FEWEST_BEFORE = 8
/** The probability that equal runs look slower by chance: for both tests together less than 1 in 1,000. */
const CHANCE = 0.00095
/** The part of that chance for the test of few runs, if there are enough runs before them. */
const CHANCE_OF_FEW = 0.0004
/** A smaller loss concerns nobody, however certain it is. */
const LEAST_SLOWER = 0.15

/** A single run this much slower, and this many deviations away, needs no second one. */
const PLUNGE = 0.5
const PLUNGE_DEVIATIONS = 8
/** The ratio of standard deviation to median absolute deviation for normal noise. */
const OF_NORMAL = 1.4826

/**
 * Whether similar runs have become slower; the newest rate is the last. An exact permutation test decides: at most one
 * history in a thousand of equal runs counts as slower, whatever the noise. A single run at less than half the rate
 * needs no test: that is as rare only if rates are about normal. Undefined if they have not, or if there are too few: it
 * takes 8 before the last.
 */
export function slowdownOf(rates: readonly number[]): Slowdown | undefined {
  const one = plunge(rates)
  if (one !== undefined) return one
  const before = Math.min(MOST_BEFORE, rates.length - FEW)
  const ofFew = 1 / choose(before + FEW, FEW) <= CHANCE_OF_FEW ? CHANCE_OF_FEW : 0
  return (ofFew > 0 ? shifted(rates, FEW, ofFew) : undefined) ?? shifted(rates, MORE, CHANCE - ofFew)
}

function shifted(rates: readonly number[], count: number, chance: number): Slowdown | undefined {
  const last = rates.slice(-count)
  const before = rates.slice(-count - MOST_BEFORE, -count)
  if (before.length < FEWEST_BEFORE || last.length < count) return undefined
  const found = comparison(median(last), median(before))
  if (found.slower < LEAST_SLOWER) return undefined
  return isRare(last, [...before, ...last], chance) ? found : undefined
}

function plunge(rates: readonly number[]): Slowdown | undefined {
  const before = rates.slice(-1 - MOST_BEFORE, -1)
  const last = rates.at(-1)
  if (last === undefined || before.length < FEWEST_BEFORE) return undefined
  const middle = median(before)
  const deviation = OF_NORMAL * median(before.map((one) => Math.abs(one - middle)))
  const found = comparison(last, middle)
  const isFar = middle - last > PLUNGE_DEVIATIONS * Math.max(deviation, middle * 0.02)
  return found.slower >= PLUNGE && isFar ? found : undefined
}

function comparison(rate: number, middle: number): Slowdown {
  return { rate, median: middle, slower: middle > 0 ? Math.max(0, 1 - rate / middle) : 0 }
}

/** The median of numbers; 0 for none. */
export function median(numbers: readonly number[]): number {
  if (numbers.length === 0) return 0
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Adding logarithms in another order changes the sum slightly. */
const ALIKE = 1e-9

/**
 * Whether at most this share of all choices of as many runs has a product of rates as low as that of the last ones.
 * Counts only those choices: either they are few, or the result is not rare.
 */
function isRare(last: readonly number[], all: readonly number[], chance: number): boolean {
  const sorted = all.map(Math.log).sort((a, b) => a - b)
  const most = last.reduce((sum, one) => sum + Math.log(one), 0) + ALIKE
  const sums = [0]
  for (const one of sorted) sums.push(sums.at(-1)! + one)
  const limit = Math.floor(chance * choose(all.length, last.length))
  let count = 0
  // The lowest sum still possible takes the next ones.
  const look = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      count += 1
      return
    }
    for (let at = from; at + left <= sorted.length && count <= limit; at += 1) {
      if (sum + sums[at + left]! - sums[at]! > most) return
      look(at + 1, left - 1, sum + sorted[at]!)
    }
  }
  look(0, last.length, 0)
  return count <= limit
}

function choose(all: number, some: number): number {
  let result = 1
  for (let i = 1; i <= some; i += 1) result = (result * (all - some + i)) / i
  return result
}
