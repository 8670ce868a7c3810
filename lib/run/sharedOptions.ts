import { scaledToMemory } from '../core/memory/limits.ts'

/** Options that several jobs have. A configuration sets each once, so they must mean the same in all of them. */

/** The meaning of `auto` when reading: more ranges at once make no server faster. */
const AUTO_READERS = 4

/** How many ranges or parts to read at once: all of those that were asked for, or, with `auto`, what memory permits. */
export function readersOf(workers: number): number {
  return workers || scaledToMemory(AUTO_READERS)
}

/**
 * How many things happen at once; each job says which. It also takes `auto`, since a configuration sets it once for all
 * jobs.
 */
export function workersOption<const D extends string>(description: D) {
  return {
    type: 'integer',
    short: 'j',
    description,
    default: 2,
    minimum: 1,
    maximum: 64,
    words: { auto: AUTO_READERS },
    placeholder: 'auto|N',
  } as const
}

/** The value of `writersOption` with which a run finds the number itself. */
export const AUTO_WORKERS = 0

/** The option for the number of writers: `auto` finds how many suit a server best; for the embedded store it is 2. */
export function writersOption<const D extends string>(description: D) {
  return {
    type: 'integer',
    short: 'j',
    description,
    default: AUTO_WORKERS,
    minimum: 1,
    maximum: 64,
    words: { auto: AUTO_WORKERS },
    placeholder: 'auto|N',
  } as const
}

/** How many additional threads to use for work that is bound by the processor. */
export const threadsOption = {
  type: 'string',
  description: 'extra threads for CPU-heavy work; auto uses them where that is faster, 0 none',
  default: 'auto',
  placeholder: 'auto|N',
  pattern: '^(auto|\\d|[1-5]\\d|6[0-4])$',
} as const

/** `--retry-for`. */
export const retryForOption = {
  type: 'integer',
  flag: 'retry-for',
  unit: 'milliseconds',
  description: 'how long to wait for an unreachable server',
  default: 120_000,
  minimum: 0,
  maximum: 86_400_000,
} as const

/** `--max-rate`. */
export const maxRateOption = {
  type: 'string',
  description: 'at most this many objects or records per second, such as 500/s',
  placeholder: 'N/s',
  example: '500/s',
  pattern: '^[1-9]\\d{0,9}(/s)?$',
} as const

/** `--max-bandwidth`. */
export const maxBandwidthOption = {
  type: 'integer',
  unit: 'bytes',
  description: 'at most this many bytes of objects or records per second, such as 10MB',
  example: '10MB',
  minimum: 1024,
  maximum: 1024 ** 4,
} as const

/** The values of these options. */
export interface RateOptions {
  readonly maxRate?: string
  readonly maxBandwidth?: number
}

/** The rates in items and bytes a second; undefined if neither is limited. */
export function ratesOf({ maxRate, maxBandwidth: bytes }: RateOptions) {
  const items = maxRate === undefined ? undefined : Number.parseInt(maxRate, 10)
  return items === undefined && bytes === undefined ? undefined : { items, bytes }
}
