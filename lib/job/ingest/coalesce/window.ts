import { AUTO_WORKERS } from '../../../run/sharedOptions.ts'
import type { SinkOptions } from '../../../store/sink/sink.ts'
import type { IngestOptions } from '../options.ts'
import { coalesceMode } from './mode.ts'

/** The assumed minimum length of a record: it limits how many records form a window. */
const RECORD_BYTES = 256

/** Parts in flight if the number of batches is chosen automatically: each part is as large as many batches. */
const UNSETTLED_WITH_AUTO = 4

/** How to coalesce an input that is read once, in parts larger than a batch. */
export interface Window {
  /** The options with batches as large as a part: within one the last state of an id wins. */
  readonly options: IngestOptions
  /** The calls that write a part stay as large as those of a batch, and do not wait for one another. */
  readonly sink: Pick<SinkOptions, 'writeAtMost' | 'unsettled'>
}

/** The window of `--coalesce SIZE`; undefined if it is no larger than a batch. */
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
