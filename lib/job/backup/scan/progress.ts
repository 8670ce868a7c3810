import type { LeftOutCounts } from '../../../archive/object/filterPages.ts'
import type { Emit } from '../../../run/context.ts'

/**
 * The progress of a backup: `done` counts objects in durable, recorded parts, which `--resume` keeps; `ahead` counts
 * those read but not yet in a part. A store may hold more than it counted: `done` never exceeds `total`.
 */
export class BackupProgress {
  readonly #emit: Emit
  #expected: number
  #durable: number
  #read: number

  /** `kept`: objects in parts from an interrupted backup. */
  constructor(emit: Emit, expected: number, kept = 0) {
    this.#emit = emit
    this.#expected = expected
    this.#durable = kept
    this.#read = kept
  }

  /** Raises the total: a tenant was counted. */
  readonly expect = (objects: number): void => {
    this.#expected += objects
  }

  /** For a single file, where nothing counts before its end: all that can be counted is what was written. */
  readonly written = (objects: number): void => {
    this.#durable += objects
    this.read(objects)
  }

  readonly read = (objects: number): void => {
    this.#read += objects
    this.#tell()
  }

  readonly durable = (objects: number): void => {
    this.#durable += objects
    this.#tell()
  }

  #tell(): void {
    this.#emit({
      type: 'progress',
      unit: 'objects',
      phase: 'writing',
      done: this.#durable,
      ahead: this.#read - this.#durable,
      total: Math.max(this.#expected, this.#read),
    })
  }
}

/** How many objects these parts hold, and how many of the ids that they cover were left out. */
export function readBy(
  parts: readonly ({ readonly objects: number } & {
    readonly [Key in keyof LeftOutCounts]?: number | undefined
  })[],
): number {
  return parts.reduce(
    (sum, { objects, filtered = 0, rejected = 0 }) => sum + objects + filtered + rejected,
    0,
  )
}
