import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'
import type { Test } from 'tap'

const FASTER = 100

/** What is waited between two tries or looks would be most of a test: until it ends, a hundredth of that is waited. */
export function hurry(t: Test): void {
  const later = timers.setTimeout
  timers.setTimeout = ((ms, ...others) => later((ms ?? 0) / FASTER, ...others)) as typeof timers.setTimeout
  syncBuiltinESMExports()
  t.teardown(() => {
    timers.setTimeout = later
    syncBuiltinESMExports()
  })
}
