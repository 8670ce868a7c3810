/**
 * `node bench/regressions.ts [--histories N] [--seed N]`: how often runs that have become 30 % slower are found at 10 %
 * noise, and how often runs that have not are taken for slower, by the length of the history. Wanted: at least 95 % found,
 * at most 1 in 1,000 wrong. The last runs are the 5 that are compared; the numbers are the same at every call. Beside each
 * share stands what chance alone moves it by (two standard deviations).
 */
import { parseArgs } from 'node:util'
import { slowdownOf } from '../lib/monitor/report/regression.ts'
import { round, say } from './measure.ts'

const { values } = parseArgs({
  options: { histories: { type: 'string', default: '5000' }, seed: { type: 'string', default: '1' } },
})
const HISTORIES = Number(values.histories)
const SLOWER = 0.7
const NOISE = 0.1
const LAST = 5

const uniform = numbers(Number(values.seed))

/** The noise of rates: normal, with heavy tails (a share of runs beside other work), and with a long tail upward. */
const NOISES: Readonly<Record<string, () => number>> = {
  normal: () => NOISE * normal(),
  'normal, every tenth run at half its rate': () => (uniform() < 0.1 ? -0.5 : 0) + NOISE * normal(),
  'log-normal': () => Math.exp(NOISE * normal()) - 1,
}

for (const [noise, draw] of Object.entries(NOISES)) {
  for (const runs of [8, 12, 16, 20, 50]) {
    const before = runs - LAST
    let found = 0
    let wrong = 0
    for (let one = 0; one < HISTORIES; one += 1) {
      const like = rates(before, draw)
      if (slowdownOf([...like, ...rates(LAST, draw).map((rate) => SLOWER * rate)]) !== undefined) found += 1
      if (slowdownOf([...like, ...rates(LAST, draw)]) !== undefined) wrong += 1
    }
    say(`regressions: ${runs} runs, the last ${LAST} 30 % slower, 10 % noise (${noise})`, {
      found_percent: share(found, 100),
      wrong_of_1000: share(wrong, 1000),
      at_least: 95,
      at_most: 1,
    })
  }
}

function rates(count: number, draw: () => number): number[] {
  return Array.from({ length: count }, () => Math.max(1, 1000 * (1 + draw())))
}

function share(count: number, of: number): string {
  const one = count / HISTORIES
  const spread = 2 * Math.sqrt((one * (1 - one)) / HISTORIES)
  return `${round(one * of, 2)} ± ${round(spread * of, 2)}`
}

function normal(): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4294967296
  }
}
