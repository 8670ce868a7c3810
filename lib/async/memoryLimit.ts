import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Memory is tight from this share of the limit on, because freeing memory takes time. */
const WARNING_SHARE = 0.65
/** The smallest share of its usual size that a batch gets. */
const LEAST_SHARE = 1 / 64
/** How long memory must not be tight before batches grow again. */
const GROW_AFTER_MS = 2000
/** How often to check whether there is room again. */
const LOOK_EVERY_MS = 10
/** Reading a process's memory takes some microseconds, so it is not read for each record. */
const LOOK_APART_MS = 5
/**
 * By then an admitted item is in flight; or it waits for more items, or never will be, because nothing has to be
 * written for it.
 */
const ON_ITS_WAY_MS = 250
/** Collects garbage no more often than this, and for no more than a fifth of the time. */
const COLLECT_APART_MS = 50
const COLLECT_APART_TIMES = 4

export interface MemoryLimitOptions {
  /** The approximate maximum memory of the process. */
  readonly bytes: number
  /** Called when memory becomes tight. */
  readonly onTight?: (rssBytes: number) => void
  /** The process's memory, replaceable in tests. */
  readonly process?: MemoryOfProcess
}

/** A process's memory, and how to free some of it. */
export interface MemoryOfProcess {
  now(): number
  rssBytes(): number
  collect(): void
  wait(ms: number): Promise<void>
}

/**
 * Keeps a process within an approximate memory limit: when memory is tight, it admits less, makes batches smaller,
 * and lets work in flight finish first. If nothing is in flight, it holds nothing back for long: a process that needs
 * more memory for other reasons gets slower, but continues.
 */
export class MemoryLimit {
  readonly bytes: number
  readonly #onTight: (rssBytes: number) => void
  readonly #process: MemoryOfProcess
  #isTight = false
  #share = 1
  #lookedMs = Number.NEGATIVE_INFINITY
  #collectedMs = Number.NEGATIVE_INFINITY
  #changedMs = Number.NEGATIVE_INFINITY
  #rssBytes = 0
  #collectApartMs = COLLECT_APART_MS
  #inFlight = 0
  /** Admitted items that are not in a batch yet, and so not counted as in flight. */
  #onTheirWay = 0
  /** How many items are admitted before waiting for a batch: as many as it took to fill one so far. */
  #mostOnTheirWay = 1
  #passedMs = Number.NEGATIVE_INFINITY
  #heldMs = 0
  #waiting = 0
  #waitingSinceMs = 0

  constructor({ bytes, onTight = () => {}, process = thisProcess() }: MemoryLimitOptions) {
    this.bytes = bytes
    this.#onTight = onTight
    this.#process = process
  }

  /** True if memory was ever so tight that something got smaller or slower. */
  get wasTight(): boolean {
    return this.#changedMs !== Number.NEGATIVE_INFINITY
  }

  /** The number of batches in flight, set by the code that writes them. */
  set inFlight(batches: number) {
    this.#inFlight = batches
    this.#onTheirWay = 0
  }

  /** The share of its usual size that a batch may have now, from 1/64 to 1. */
  get share(): number {
    return this.#share
  }

  /** Resolves when the next item may be admitted. */
  async pass(): Promise<void> {
    if (!this.#look(LOOK_APART_MS)) return
    this.#collect()
    if (this.#waiting++ === 0) this.#waitingSinceMs = this.#process.now()
    try {
      while (this.#isBusy() && this.#look(0)) {
        await this.#process.wait(LOOK_EVERY_MS)
        this.#collect()
      }
    } finally {
      const now = this.#process.now()
      // These are too few for a batch.
      if (this.#isWaitedFor() && now - this.#passedMs >= ON_ITS_WAY_MS) this.#mostOnTheirWay *= 2
      this.#passedMs = now
      this.#onTheirWay += 1
      if (--this.#waiting === 0) this.#heldMs += now - this.#waitingSinceMs
    }
  }

  /** How long it has held items back; time in which several waited together counts once. */
  get heldMs(): number {
    return this.#heldMs
  }

  #isBusy(): boolean {
    if (this.#inFlight > 0) return true
    return this.#isWaitedFor() && this.#process.now() - this.#passedMs < ON_ITS_WAY_MS
  }

  #isWaitedFor(): boolean {
    return this.#onTheirWay >= this.#mostOnTheirWay
  }

  /** Frees memory that is no longer used, if memory is tight: for streams that hold nothing. */
  readonly trim = async (): Promise<void> => {
    if (this.#look(LOOK_APART_MS)) this.#collect()
  }

  /** True if memory is tight, according to a check at most `apartMs` ago. */
  #look(apartMs: number): boolean {
    const now = this.#process.now()
    if (now - this.#lookedMs < apartMs) return this.#isTight
    this.#lookedMs = now
    this.#rssBytes = this.#process.rssBytes()
    const wasTight = this.#isTight
    this.#isTight = this.#rssBytes > WARNING_SHARE * this.bytes
    if (this.#isTight) this.#tighten(now, wasTight)
    else if (this.#share < 1 && now - this.#changedMs > GROW_AFTER_MS) this.#change(now, this.#share * 2)
    return this.#isTight
  }

  #tighten(now: number, wasTight: boolean): void {
    if (!this.wasTight) this.#onTight(this.#rssBytes)
    if (!wasTight) this.#change(now, this.#share / 4)
    else this.#changedMs = now
  }

  #change(now: number, share: number): void {
    this.#changedMs = now
    this.#share = Math.min(1, Math.max(LEAST_SHARE, share))
  }

  #collect(): void {
    const now = this.#process.now()
    if (now - this.#collectedMs < this.#collectApartMs) return
    this.#process.collect()
    this.#collectedMs = this.#process.now()
    this.#collectApartMs = Math.max(COLLECT_APART_MS, COLLECT_APART_TIMES * (this.#collectedMs - now))
  }
}

function thisProcess(): MemoryOfProcess {
  return {
    now: () => performance.now(),
    rssBytes: () => process.memoryUsage.rss(),
    collect: collector(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
}

/**
 * Node has a flag for this, which can be set at run time; cached compiled code is valid only under the flags that it
 * was stored with.
 */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  return collect
}
