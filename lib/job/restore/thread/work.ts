import type { Manifest, Part } from '../../../archive/manifest.ts'
import type { StorageDirectory } from '../../../archive/storage/storage.ts'
import type { CollectionSchema } from '../../../core/schema.ts'

/** What a thread needs to read a part of a directory archive. */
export interface PartWork {
  readonly directory: StorageDirectory
  readonly manifest: Pick<Manifest, 'encoding' | 'schema' | 'tool'>
  readonly part: Part
  readonly tenant: string | undefined
  /** The class of the target if the thread should check the objects. */
  readonly schema: CollectionSchema | undefined
}
