import type { WrittenIndex } from '../../../archive/chain/indexFile.ts'
import type { Encoding, Plan } from '../../../archive/manifest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import type { WrittenPart } from '../../../archive/part/file.ts'
import type { IdGap } from '../../../archive/part/missingRanges.ts'
import type { StorageDirectory } from '../../../archive/storage/storage.ts'
import type { Retry } from '../../../async/retry.ts'
import { faultOf, type ThreadFault } from '../../../async/thread/fault.ts'

/** What a thread needs to scan a range of a file store into parts in a directory. */
export interface RangeWork {
  /** The file of the store. */
  readonly file: string
  readonly plan: Pick<Plan, 'collection' | 'schema'>
  readonly encoding: Encoding
  readonly gap: IdGap
  readonly directory: StorageDirectory
  readonly partSize: number
  readonly isIndexed: boolean
  /** The number of its first part. */
  readonly number: number
  readonly retryForMs: number
}

/** The news of a range. */
export type RangeMessage =
  | { readonly type: 'read'; readonly objects: number }
  | {
      readonly type: 'part'
      readonly files: readonly WrittenPart[]
      readonly covers: Pick<ObjectRange, 'after' | 'upTo'>
      readonly index: WrittenIndex | undefined
    }
  | { readonly type: 'retry'; readonly attempt: number; readonly waitMs: number; readonly fault: ThreadFault }

/** A retry in a form that can cross threads. */
export function retryNews({ attempt, waitMs, error }: Retry): RangeMessage {
  return { type: 'retry', attempt, waitMs, fault: faultOf(error) }
}
