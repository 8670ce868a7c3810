import { AUTO_WORKERS } from '../../../run/sharedOptions.ts'
import type { SinkOptions } from '../../../store/sink/sink.ts'
import type { IngestOptions } from '../options.ts'
import { coalesceMode } from './mode.ts'

/** A record of a window is about this long at least: so many of them are looked at together. */
const RECORD_BYTES = 256

/** Parts in flight where it is to be found how many batches may be: each is as large as many of these. */
const UNSETTLED_WITH_AUTO = 4

/** How an input that is read once is coalesced in parts that are larger than a batch. */
export interface Window {
  /** The same options, with batches as large as a part: within one the last state of an id wins. */
  readonly options: IngestOptions
  /** The calls that write a part stay as large as those of a batch; none waits for one before it. */
  readonly sink: Pick<SinkOptions, 'writeAtMost' | 'unsettled'>
}

/** The window of `--coalesce SIZE`; undefined where it is no larger than a batch. */
export function windowOf(options: IngestOptions): Window | undefined {
  const { batchSize: count, batchBytes: chars, workers } = options
  const { windowBytes = 0 } = coalesceMode(options.coalesce)
  if (windowBytes <= chars) return undefined
  const batchSize = Math.max(count, Math.ceil(windowBytes / RECORD_BYTES))
  return {
    options: { ...options, batchSize, batchBytes: windowBytes },
    sink: {
      writeAtMost: { count, chars },
      unsettled: workers === AUTO_WORKERS ? UNSETTLED_WITH_AUTO : workers,
    },
  }
}
