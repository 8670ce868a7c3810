/** The newest V8 that is known to have the flag: another would print a warning on stderr. */
const NEWEST_V8 = 14
/** A short run never has so much old garbage. */
const AFTER_MS = 1000
const SELDOM = '--heap-growing-percent=300'
const AS_AT_START = '--heap-growing-percent=0'

/**
 * Lets V8 collect its old garbage only when it has grown to four times the live data, buffers included. By default V8
 * does so for every 20 MB of pages that come and go while 20 MB are live: a fifth of a backup's processor time. Not at
 * once: compiled code, including that of Node's own modules, is accepted only under the flags with which it was cached,
 * and compiling what a start loads takes 10 ms.
 */
export function collectLessOften(): void {
  if (Number.parseInt(process.versions.v8, 10) > NEWEST_V8) return
  setTimeout(() => {
    setFlag(SELDOM)
    // Node caches the compiled code of packages at exit.
    process.once('exit', () => setFlag(AS_AT_START))
  }, AFTER_MS).unref()
}

/**
 * Reads or makes compiled code under the flags of the start; another thread may have changed them, and they apply to
 * the entire process.
 */
export function withStartFlags<T>(work: () => T): T {
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
