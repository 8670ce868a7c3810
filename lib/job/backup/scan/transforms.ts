import type { Duplex } from 'node:stream'
import type { Plan } from '../../../archive/manifest.ts'
import type { LeftOut } from '../../../archive/object/filterPages.ts'
import { nameStage } from '../../../core/channel/stages.ts'
import type { StoredObject } from '../../../core/object.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { type TransformPipeline, transformStages } from '../../../transform/pipeline.ts'
import type { TransformReject } from '../../../transform/transform.ts'
import type { Selection } from '../../selection/selection.ts'
import type { UnseenIds } from '../../selection/unseenIds.ts'
import type { BackupJob } from '../job.ts'
import type { InvalidVectors } from './invalidVectors.ts'

type Page = readonly StoredObject[]

/** A page → its archived form, which may be empty. */
export type PageTransform = (page: Page) => Page | Promise<Page>

/** What the pipelines of a backup share. */
export interface TransformOptions {
  /** The selected objects and fields; undefined for all. */
  readonly selection: Selection | undefined
  /** Changes the selected objects. */
  readonly transforms: TransformPipeline
  /** Called with objects that a transform refused. */
  readonly onRefused: (rejects: readonly TransformReject[]) => void
  /** Requested ids that have not appeared yet. */
  readonly unseen: UnseenIds
  /** Records vectors that are left out; without it they end the backup. */
  readonly invalid: InvalidVectors | undefined
  readonly signal: AbortSignal
}

/** The transforms of a running backup. */
export function transformsOf(
  { run: { signal }, subject, state }: Pick<BackupJob, 'run' | 'subject' | 'state'>,
  { id: archive }: Pick<Plan, 'id'>,
  invalid: InvalidVectors | undefined,
): TransformOptions {
  const { selection, transforms, schema } = subject
  const origin = { archive, class: schema.class }
  return {
    ...{ selection, transforms, invalid, signal, unseen: state.unseen },
    onRefused: (rejects) => state.refused.add(rejects, origin),
  }
}

/** The transforms of a backup for single pages, without counting; undefined if pages stay unchanged. */
export function pageTransform({
  selection,
  transforms,
  onRefused,
  invalid,
  signal,
}: Omit<TransformOptions, 'unseen'>): PageTransform | undefined {
  if (selection === undefined && transforms.isEmpty) return invalid && ((page) => invalid.leftOut(page))
  const selected = (page: Page) =>
    selection === undefined ? page : page.filter(selection.selects).map(selection.kept)
  if (transforms.isEmpty) {
    return (page) => {
      const objects = selected(page)
      return invalid?.leftOut(objects) ?? objects
    }
  }
  return async (page) => {
    const { objects, rejects } = await transforms.objects(selected(page), { signal })
    if (rejects.length > 0) onRefused(rejects)
    return invalid?.leftOut(objects) ?? objects
  }
}

/**
 * The stages between reading and encoding for one pipeline: pages → pages. `leftOut` counts what is not selected, and
 * what transforms leave out or refuse.
 */
export function backupTransforms(
  { selection, transforms, onRefused, unseen, invalid, signal }: TransformOptions,
  leftOut: LeftOut,
): Duplex[] {
  const finite =
    invalid === undefined
      ? []
      : [
          nameStage(
            'leave out invalid vectors',
            mapChunks((page: Page) => invalid.leftOut(page)),
          ),
        ]
  const changing = transformStages(transforms, {
    onRejects: onRefused,
    onPage: (page, { objects, rejects }) =>
      leftOut.note(page, objects, new Set(rejects.map(({ object }) => object.id))),
    signal,
  })
  const selecting = selection?.stages(transforms.isEmpty ? leftOut : leftOut.ahead()) ?? []
  return [...unseen.stages(), ...selecting, ...changing, ...finite]
}
