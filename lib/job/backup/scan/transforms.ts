import type { Duplex } from 'node:stream'
import type { StoredObject } from '../../../core/object.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { InvalidVectors } from './invalidVectors.ts'

/**
 * What stands between reading and encoding, for one pipeline: pages → pages. `invalid` takes note of vectors that are
 * left out; without it they end the backup. What selects, filters and changes objects goes here.
 */
export function backupTransforms(invalid: InvalidVectors | undefined): Duplex[] {
  if (invalid === undefined) return []
  return [mapChunks((page: readonly StoredObject[]) => invalid.leftOut(page))]
}
