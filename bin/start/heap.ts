/** The newest V8 that is known to have the flag: another would complain of it on stderr. */
const NEWEST_V8 = 14
/** A short run never has so much old garbage. */
const AFTER_MS = 1000
const SELDOM = '--heap-growing-percent=300'
const AS_AT_START = '--heap-growing-percent=0'

/**
 * Lets V8 collect its old garbage once that has grown to four times what is alive, buffers counted. By itself it does so for
 * every 20 MB of pages that come and go, where 20 MB are alive: a fifth of the processor time of a backup. Not at once: compiled
 * code, that of Node's own modules too, is taken only under the flags that it was kept with, and compiling what a start loads
 * takes 10 ms.
 */
export function collectLessOften(): void {
  if (Number.parseInt(process.versions.v8, 10) > NEWEST_V8) return
  setTimeout(() => {
    setFlag(SELDOM)
    // Node keeps the compiled code of packages at the end.
    process.once('exit', () => setFlag(AS_AT_START))
  }, AFTER_MS).unref()
}

/** Takes or makes compiled code, under the flags of a start; another thread may have changed them, which are those of the process. */
export function asAtStart<T>(work: () => T): T {
  const { cachedDataVersionTag } = process.getBuiltinModule('v8')
  const before = cachedDataVersionTag()
  setFlag(AS_AT_START)
  const wasSet = cachedDataVersionTag() !== before
  try {
    return work()
  } finally {
    if (wasSet) setFlag(SELDOM)
  }
}

function setFlag(flag: string): void {
  process.getBuiltinModule('v8').setFlagsFromString(flag)
}
