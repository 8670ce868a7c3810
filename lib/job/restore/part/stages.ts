import { type Duplex, Readable } from 'node:stream'
import type { LeftOut } from '../../../archive/object/filterPages.ts'
import { nameStage } from '../../../core/channel/stages.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { lineLength } from '../../../core/memory/objectSize.ts'
import type { StoredObject } from '../../../core/object.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { rebatch } from '../../../stream/rebatch.ts'
import type { SplitObject } from '../../../transform/object/references.ts'
import type { Origins } from '../../../transform/origin.ts'
import { transformStages } from '../../../transform/pipeline.ts'
import type { UnseenIds } from '../../selection/unseenIds.ts'
import { type DiscardedValues, discardUnknown } from '../conflict/newProperties.ts'
import { distinctIds, type SeenIds } from '../distinctIds.ts'
import type { RestorePlan } from '../run.ts'
import type { SourcePart } from '../source/source.ts'
import { type RefusedObject, repeatedId } from './tally.ts'

/** What the stages before the sink need. */
export interface RestoreStages {
  readonly plan: RestorePlan
  readonly part: SourcePart
  /** Called with objects whose id appeared before. */
  readonly onRepeated: (repeated: readonly RefusedObject[]) => void
  /** Requested ids that have not appeared yet. */
  readonly unseen: UnseenIds
  /** Counts what is not selected. */
  readonly leftOut: LeftOut
}

/** The selected objects of a part, each id once: pages → pages. Their transforms follow. */
export function selectStages({ plan, part, onRepeated, unseen, leftOut }: RestoreStages): Duplex[] {
  const { only, selection } = plan
  const stages: Duplex[] = []
  if (only !== undefined)
    stages.push(
      nameStage(
        'choose tenants',
        mapChunks((page: readonly StoredObject[]) => page.filter(({ tenant }) => only.has(tenant ?? ''))),
      ),
    )
  if (part.mayRepeat === true)
    stages.push(
      nameStage(
        'drop repeated ids',
        distinctIds((repeated) => onRepeated(repeated.map((one) => placed(part, one))), {
          linesOf: (page) => part.linesOf?.(page),
        }),
      ),
    )
  return [...stages, ...unseen.stages(), ...(selection?.stages(leftOut) ?? [])]
}

/** Options of the stages that change objects. */
export interface ReshapeStages extends Pick<RestoreStages, 'plan' | 'onRepeated' | 'leftOut'> {
  /** Called with objects that a transform refused. */
  readonly onRefused: (refused: readonly RefusedObject[]) => void
  /** Called with the number of objects that were made from others. */
  readonly onAdded: (objects: number) => void
  /** Called with values that were left out because the class has no such property. */
  readonly onDiscarded?: (values: DiscardedValues) => void
  /** Remembers what each object was made from. */
  readonly origins?: Origins
  readonly signal: AbortSignal
  /** The ids that transforms gave in other parts. */
  readonly seen?: SeenIds | undefined
}

/**
 * Applies the transforms to the selected objects and checks their vectors: pages → pages, each id once. Memory: a page.
 */
export function reshapeStages(stages: ReshapeStages): Duplex[] {
  const { plan, onRepeated, leftOut, onRefused, onAdded, onDiscarded = () => {}, signal } = stages
  const { origins } = stages
  const { transforms, newProperties } = plan
  const made = transformStages(transforms, {
    onRejects: onRefused,
    onPage: (page, { objects, filtered, added = 0 }) => {
      origins?.note(page, objects)
      if (filtered > 0) leftOut.leaveOut(filtered)
      if (added > 0) onAdded(added)
    },
    signal,
  })
  const distinct = transforms.expands
    ? [nameStage('drop repeated ids', distinctIds(byStages(transforms, onRepeated), { shared: stages.seen }))]
    : []
  const fitting = discardUnknown(newProperties, { leftOut, onDiscarded, origins })
  return [...made, ...distinct, ...fitting, plan.vectors.stage(onRefused)]
}

/** A repeated id comes from a transform: the reason names the candidates. */
function byStages(
  { steps }: RestorePlan['transforms'],
  onRepeated: RestoreStages['onRepeated'],
): RestoreStages['onRepeated'] {
  const names = steps
    .flatMap(({ transform }) => (transform.expands === true ? [transform.name] : []))
    .join(', ')
  return (repeated) => onRepeated(repeated.map((one) => ({ ...one, reason: `${names}: ${one.reason}` })))
}

/** Adds the place where a refused object was found, if the part knows it. */
function placed({ placeOf }: SourcePart, refused: RefusedObject): RefusedObject {
  const place = placeOf?.(refused.object)
  return place === undefined ? refused : { ...refused, reason: `${place}: ${refused.reason}` }
}

/** Options of the stages that form batches. */
export interface BatchStages extends Pick<RestoreStages, 'plan' | 'part' | 'onRepeated'> {
  readonly batch: { readonly count: number; readonly bytes: number; readonly share?: () => number }
  /** Makes a tenant unless it exists. */
  readonly makeTenant: (tenant: string) => Promise<void>
  /** Stages that record a batch before it is written. */
  readonly noting: readonly Duplex[]
}

/**
 * Pages → batches that a store takes: no id twice, tenants made, references split off. Memory: a batch in each stage.
 */
export function writableBatches({
  plan,
  part,
  onRepeated,
  batch,
  makeTenant,
  noting,
}: BatchStages): Duplex[] {
  return [
    nameStage('batch', rebatch<StoredObject>({ ...batch, weigh: lineLength })),
    ...(part.mayRepeat === true ? [] : [nameStage('drop repeated ids', mapChunks(lastOfEachId(onRepeated)))]),
    nameStage(
      'make tenants',
      mapChunks(async (objects: readonly StoredObject[]) => {
        for (const { tenant } of objects) if (tenant !== undefined) await makeTenant(tenant)
        return objects
      }),
    ),
    ...noting,
    nameStage(
      'split references',
      mapChunks((objects: readonly StoredObject[]): SplitObject[] => objects.map(plan.split)),
    ),
  ]
}

const REPEATED = 'its id occurs twice: the later object was written'

/**
 * Makes a function that keeps the last object of each id in a batch: a damaged source may name an id twice, and one
 * write may not.
 */
function lastOfEachId(onRepeated: BatchStages['onRepeated']) {
  return (objects: readonly StoredObject[]): readonly StoredObject[] => {
    const last = new Map(objects.map((object) => [keyOf(object), object]))
    if (last.size === objects.length) return objects
    const repeated = objects.filter((object) => last.get(keyOf(object)) !== object)
    onRepeated(repeated.map((object) => repeatedId(object, REPEATED)))
    return [...last.values()]
  }
}

function keyOf({ id, tenant }: StoredObject): string {
  return tenant === undefined ? id : `${id} ${tenant}`
}

/** Pages up to the damage, then a clean end: the pages before it count. Calls `onDamage` with the error. */
export function pagesUpToDamage(pages: Readable, onDamage: (error: Error) => void): Readable {
  async function* upToDamage() {
    try {
      yield* pages
    } catch (error) {
      if (!isDamage(error)) throw error
      onDamage(error)
    }
  }
  return Readable.from(upToDamage(), { objectMode: true, highWaterMark: 1 })
}

/** True for an error that means damaged bytes in the source. */
export function isDamage(error: unknown): error is ElysiaError {
  if (!(error instanceof ElysiaError)) return false
  return error.code === 'ELYSIA_DAMAGED' || error.code === 'ELYSIA_COMPRESSION'
}
