import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** From this part of the limit on it is tight: what frees memory takes a while to do so. */
const WARNING_SHARE = 0.65
/** Batches become no smaller than this part of what they are. */
const LEAST_SHARE = 1 / 64
/** So long it has to be eased before batches grow again. */
const GROW_AFTER_MS = 2000
/** How often it is looked whether there is room again. */
const LOOK_EVERY_MS = 10
/** To look at the memory of a process takes some microseconds: not for each record. */
const LOOK_APART_MS = 5
/** What was let in is in flight by then; or not before more has come, or never, since nothing has to be written for it. */
const ON_ITS_WAY_MS = 250
/** Garbage is collected no more often than this, and takes no more than a fifth of the time. */
const COLLECT_APART_MS = 50
const COLLECT_APART_TIMES = 4

export interface MemoryLimitOptions {
  /** The most memory that the process may take, about. */
  readonly bytes: number
  /** Called when it becomes tight, and was not before. */
  readonly onTight?: (rssBytes: number) => void
  /** The process, for a test that has none to spare. */
  readonly process?: MemoryOfProcess
}

/** What is known of a process's memory, and how some of it comes free. */
export interface MemoryOfProcess {
  now(): number
  rssBytes(): number
  collect(): void
  wait(ms: number): Promise<void>
}

/**
 * Keeps a process within about so much memory: where it becomes tight, less is let in, batches become smaller, and
 * what is in flight comes to its end first. Where nothing is in flight, nothing is held back for long: a process that takes
 * more by itself becomes slower, and goes on.
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
  /** How many were let in and are in no batch yet: they are not seen in flight. */
  #onTheirWay = 0
  /** So many are let in before it is waited for what becomes of them: as many as it took to fill a batch so far. */
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

  /** True where something had to become smaller or slower so far. */
  get wasTight(): boolean {
    return this.#changedMs !== Number.NEGATIVE_INFINITY
  }

  /** How many batches are in flight; whoever writes them says so. */
  set inFlight(batches: number) {
    this.#inFlight = batches
    this.#onTheirWay = 0
  }

  /** The part of its usual size that a batch may have now, from 1/64 to 1. */
  get share(): number {
    return this.#share
  }

  /** Resolves when the next may be let in. */
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
      // They are too few for a batch.
      if (this.#isWaitedFor() && now - this.#passedMs >= ON_ITS_WAY_MS) this.#mostOnTheirWay *= 2
      this.#passedMs = now
      this.#onTheirWay += 1
      if (--this.#waiting === 0) this.#heldMs += now - this.#waitingSinceMs
    }
  }

  /** How long it has held back what came; of several that waited together the time counts once. */
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

  /** Frees what is free already, where it is tight: for what flows and is held nowhere. */
  readonly trim = async (): Promise<void> => {
    if (this.#look(LOOK_APART_MS)) this.#collect()
  }

  /** True where it is tight now, as far as it was looked that long ago at most. */
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

/** Node has a flag for it, that can be set while it runs; compiled code is good only under the flags that it was kept with. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  return collect
}
