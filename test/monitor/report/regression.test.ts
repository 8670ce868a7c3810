import t from 'tap'
import { median, slowdownOf } from '../../../lib/monitor/report/regression.ts'

/** Numbers of a normal distribution, the same at every call with the same seed. */
export function noise(seed: number): () => number {
  let state = seed
  const uniform = () => {
    state = (state * 1664525 + 1013904223) >>> 0
    return (state + 0.5) / 4294967296
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

const HISTORIES = 1000

t.test('30 % slower at 10 % noise is found, and equal runs are not taken for slower', async (t) => {
  const next = noise(7)
  const rates = (count: number, mean: number) =>
    Array.from({ length: count }, () => mean * (1 + 0.1 * next()))
  let found = 0
  let wrong = 0
  for (let history = 0; history < HISTORIES; history += 1) {
    if (slowdownOf([...rates(25, 1000), ...rates(5, 700)]) !== undefined) found += 1
    if (slowdownOf(rates(30, 1000)) !== undefined) wrong += 1
  }
  t.ok(found >= 0.95 * HISTORIES, `${found} found`)
  t.ok(wrong <= 0.003 * HISTORIES, `${wrong} wrong`)
})

t.test('one run that is far off says so at once; a few slow ones among others say nothing', async (t) => {
  const steady = [100, 101, 99, 100, 102, 98, 100, 101, 99, 100]
  t.match(slowdownOf([...steady, 20]), { rate: 20, median: 100, slower: 0.8 })
  t.equal(slowdownOf([...steady, 90]), undefined)
  t.equal(slowdownOf([...steady, 20, 100, 101, 100]), undefined)
  t.equal(slowdownOf([100, 100, 100, 20]), undefined, 'too few to tell')
  t.equal(slowdownOf([]), undefined)
  t.equal(median([]), 0)
  t.equal(median([3, 1, 2, 10]), 2.5)
})
