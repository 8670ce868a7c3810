import type { Test } from 'tap'

/** Lets time pass at once, as `performance.now()` tells it: `passMs` is added to it until the test ends. */
export function clockOf(t: Test): { passMs: number } {
  const clock = { passMs: 0 }
  const now = performance.now.bind(performance)
  t.intercept(performance, 'now', { value: () => now() + clock.passMs })
  return clock
}
