import type { Duplex } from 'node:stream'
import type { LeftOut } from '../../../archive/object/filtered.ts'
import type { StoredObject } from '../../../core/object.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { Selection } from '../../selection/selection.ts'
import type { UnseenIds } from '../../selection/unseenIds.ts'
import type { InvalidVectors } from './invalidVectors.ts'

/** A page → what is archived of it; it may be empty. */
export type PageTransform = (page: readonly StoredObject[]) => readonly StoredObject[]

/** The same as `backupTransforms` for single pages, uncounted; undefined where they stay as they are. */
export function pageTransform({
  selection,
  invalid,
}: Pick<TransformOptions, 'selection' | 'invalid'>): PageTransform | undefined {
  if (selection === undefined) return invalid && ((page) => invalid.leftOut(page))
  return (page) => {
    const selected = page.filter(selection.selects).map(selection.kept)
    return invalid?.leftOut(selected) ?? selected
  }
}

/** What the pipelines of a backup share. */
export interface TransformOptions {
  /** What is wanted; undefined where all is. */
  readonly selection: Selection | undefined
  /** Of the ids that were asked for those that have not come. */
  readonly unseen: UnseenIds
  /** Takes note of vectors that are left out; without it they end the backup. */
  readonly invalid: InvalidVectors | undefined
}

/**
 * What stands between reading and encoding, for one pipeline: pages → pages. `leftOut` counts what is not selected.
 * What changes objects goes here.
 */
export function backupTransforms(
  { selection, unseen, invalid }: TransformOptions,
  leftOut: LeftOut,
): Duplex[] {
  const finite =
    invalid === undefined ? [] : [mapChunks((page: readonly StoredObject[]) => invalid.leftOut(page))]
  return [...unseen.stages(), ...(selection?.stages(leftOut) ?? []), ...finite]
}
