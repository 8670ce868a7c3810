import { slowdownOf } from '../../lib/monitor/report/regression.ts'
import { round, say } from '../measure.ts'
import { numbers } from './entries.ts'

/** With numbers that are the same at every call: how often slower runs are found, and equal ones taken for slower. */
export function benchRegressions(): void {
  const uniform = numbers(12345)
  const noise = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const rates = (count: number, mean: number) =>
    Array.from({ length: count }, () => mean * (1 + 0.1 * noise()))
  const histories = 10_000
  for (const [before, last] of [
    [8, 5],
    [9, 5],
    [10, 5],
    [12, 5],
    [16, 5],
    [20, 5],
    [30, 5],
    [20, 3],
    [24, 3],
    [30, 3],
    [100, 5],
  ] as const) {
    let found = 0
    let wrong = 0
    for (let one = 0; one < histories; one += 1) {
      if (slowdownOf([...rates(before, 1000), ...rates(last, 700)]) !== undefined) found += 1
      if (slowdownOf(rates(before + last, 1000)) !== undefined) wrong += 1
    }
    say(`regressions: ${before} runs, then ${last} that are 30 % slower, 10 % noise`, {
      found_percent: round((found / histories) * 100, 1),
      wrong_of_1000: round((wrong / histories) * 1000, 2),
    })
  }
}
