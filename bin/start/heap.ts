/** The newest V8 that is known to have the flags: another would print a warning on stderr. */
const NEWEST_V8 = 14

/** A flag of V8 that is set some time after the start, and what takes it back. */
interface LaterFlag {
  readonly set: string
  readonly unset: string
  readonly afterMs: number
}

/**
 * By default V8 collects its old garbage for every 20 MB of pages that come and go while 20 MB are live: a fifth of a
 * backup's processor time. With this it does so only when it has grown to four times the live data, buffers included.
 * A short run never has so much old garbage.
 */
const COLLECT_SELDOM: LaterFlag = {
  set: '--heap-growing-percent=300',
  unset: '--heap-growing-percent=0',
  afterMs: 1000,
}

/**
 * By default V8 makes what a piece of code makes old at once if it all survived one early collection. If that collection
 * comes while the first batches are on their way, this is said of records, and in one of three runs everything that they
 * hold becomes old garbage: 45 MB more at the peak. It is decided once young memory has its full size, in the first
 * second.
 */
const STAY_YOUNG: LaterFlag = {
  set: '--no-allocation-site-pretenuring',
  unset: '--allocation-site-pretenuring',
  afterMs: 200,
}

const LATER_FLAGS = [STAY_YOUNG, COLLECT_SELDOM]

/**
 * Lets V8 collect garbage as suits a command that moves batches. Not at once: compiled code, including that of Node's own
 * modules, is accepted only under the flags with which it was cached, and compiling what a start loads takes 10 ms.
 */
export function tuneHeapLater(): void {
  if (Number.parseInt(process.versions.v8, 10) > NEWEST_V8) return
  for (const { set, unset, afterMs } of LATER_FLAGS) {
    setTimeout(() => {
      setFlag(set)
      // Node caches the compiled code of packages at exit.
      process.once('exit', () => setFlag(unset))
    }, afterMs).unref()
  }
}

/**
 * Reads or makes compiled code under the flags of the start; another thread may have changed them, and they apply to
 * the entire process.
 */
export function withStartFlags<T>(work: () => T): T {
  const before = LATER_FLAGS.filter(wasSet)
  try {
    return work()
  } finally {
    for (const { set } of before) setFlag(set)
  }
}

/** Takes a flag back; true if it was set. */
function wasSet({ unset }: LaterFlag): boolean {
  const { cachedDataVersionTag } = process.getBuiltinModule('v8')
  const before = cachedDataVersionTag()
  setFlag(unset)
  return cachedDataVersionTag() !== before
}

function setFlag(flag: string): void {
  process.getBuiltinModule('v8').setFlagsFromString(flag)
}
