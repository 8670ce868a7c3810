import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ProcessMemory } from '../core/memory/limits.ts'

/** Memory is tight from this share of the limit on, because freeing memory takes time. */
const WARNING_SHARE = 0.65
/** From this share of the limit on, items wait for what is in flight. */
const HOLD_SHARE = 0.8
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
/** While waiting, collects garbage no more often than this, and for no more than a fifth of the time. */
const COLLECT_APART_MS = 50
const COLLECT_APART_TIMES = 4
const MIB = 1024 * 1024
/** The approximate memory of a process that holds no records: Node, and the compiled code of a job. */
const BASE_BYTES = 100 * MIB
/** What the buffers of a job take at their usual sizes. */
const USUAL_BYTES = 400 * MIB
/** Even with less room, a buffer keeps this share of its size: smaller ones would only be slow. */
const LEAST_SCALE = 1 / 32
/**
 * Garbage is collected after this share of the room has passed. On objects of 2 MB, an overwrite under 200 MB took 196 to
 * 212 MB with a half, and takes 190 to 197 MB, for a fifth more processor time.
 */
const COLLECT_SHARE = 1 / 6
/** If collecting does not bring memory below the limit, it is tried this much less often, again and again. */
const USELESS_TIMES = 2
const MOST_USELESS = 48

interface MemoryLimitOptions {
  /** The approximate maximum memory of the process. */
  readonly bytes: number
  /** The share of the room for records after which garbage is collected; a sixth by default. */
  readonly collectShare?: number
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
export class MemoryLimit implements ProcessMemory {
  readonly bytes: number
  readonly #onTight: (rssBytes: number) => void
  readonly #process: MemoryOfProcess
  #isTight = false
  #share: number
  readonly scale: number
  readonly roomBytes: number
  /** Bytes between two collections. */
  readonly #apartBytes: number
  #uselessTimes = 1
  #passedBytes = 0
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

  constructor(options: MemoryLimitOptions) {
    const { bytes, collectShare = COLLECT_SHARE, onTight = () => {}, process = thisProcess() } = options
    this.bytes = bytes
    this.#onTight = onTight
    this.#process = process
    this.roomBytes = Math.max(0, bytes - BASE_BYTES)
    this.scale = Math.min(1, Math.max(LEAST_SCALE, this.roomBytes / USUAL_BYTES))
    this.#share = this.scale
    this.#apartBytes = Math.max(MIB, collectShare * this.roomBytes)
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

  /** The share of its usual size that a batch may have now, from 1/64 to `scale`. */
  get share(): number {
    return this.#share
  }

  /** Resolves when the next item may be admitted. */
  async pass(): Promise<void> {
    if (!this.#look(LOOK_APART_MS)) return
    this.#collect()
    if (this.#waiting++ === 0) this.#waitingSinceMs = this.#process.now()
    try {
      while (this.#isBusy() && this.#look(0) && this.#rssBytes > HOLD_SHARE * this.bytes) {
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

  /**
   * Collects garbage once enough of it has come together, if memory is tight. V8 collects by the size of its heap,
   * which may grow to gigabytes, and lets 64 MiB of buffers wait; large records fill memory within milliseconds.
   */
  passed(bytes: number): void {
    this.#passedBytes += bytes
    if (this.#passedBytes < this.#apartBytes * this.#uselessTimes || !this.#look(LOOK_APART_MS)) return
    this.#passedBytes = 0
    this.#collectNow()
    const isEnough = this.#process.rssBytes() < this.bytes
    this.#uselessTimes = isEnough ? 1 : Math.min(MOST_USELESS, USELESS_TIMES * this.#uselessTimes)
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
    else if (this.#share < this.scale && now - this.#changedMs > GROW_AFTER_MS)
      this.#change(now, this.#share * 2)
    return this.#isTight
  }

  #tighten(now: number, wasTight: boolean): void {
    if (!this.wasTight) this.#onTight(this.#rssBytes)
    if (!wasTight) this.#change(now, this.#share / 4)
    else this.#changedMs = now
  }

  #change(now: number, share: number): void {
    this.#changedMs = now
    this.#share = Math.min(this.scale, Math.max(LEAST_SHARE, share))
  }

  #collect(): void {
    const now = this.#process.now()
    if (now - this.#collectedMs >= this.#collectApartMs) this.#collectNow()
  }

  #collectNow(): void {
    const now = this.#process.now()
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
