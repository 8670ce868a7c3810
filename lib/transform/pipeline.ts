import { nameStage } from '../core/channel/stages.ts'
import { ElysiaError } from '../core/errors.ts'
import type { JsonObject, ObjectDraft, StoredObject } from '../core/object.ts'
import type { CollectionSchema } from '../core/schema.ts'
import type { Stage } from '../core/stage.ts'
import { mapChunks } from '../stream/mapChunks.ts'
import { originsIn } from './origin.ts'
import {
  type BoundTransform,
  type ChangeObject,
  Refusal,
  type Transform,
  type TransformCall,
  type TransformedPage,
  type TransformReject,
  transformReject,
} from './transform.ts'

/** A transform in a pipeline: the class that it gets, and the transform bound to it. */
export interface PipelineStep {
  readonly transform: Transform
  readonly before: CollectionSchema
  readonly bound: BoundTransform
}

/** A transform in a manifest or a report. */
export interface DeclaredTransform {
  readonly name: string
  readonly sha256?: string
  readonly text?: string
}

/** A transform in the form of a manifest. */
export function declaredTransform({ name, sha256, text }: Transform): DeclaredTransform {
  return { name, ...(sha256 !== undefined && { sha256 }), ...(text !== undefined && { text }) }
}

type Page = readonly StoredObject[]

/**
 * Binds transforms to a class, each to the class that the previous one returns.
 * @throws ElysiaError ELYSIA_USAGE, or ELYSIA_CONFLICT, if one does not fit
 */
export function bindTransforms(
  transforms: readonly Transform[],
  before: CollectionSchema,
): TransformPipeline {
  const steps: PipelineStep[] = []
  let schema = before
  for (const transform of transforms) {
    const bound = transform.bind(schema)
    steps.push({ transform, before: schema, bound })
    schema = bound.schema
  }
  return new TransformPipeline(before, schema, steps)
}

/** Transforms in order, bound to a class. Close it after use. */
export class TransformPipeline {
  readonly before: CollectionSchema
  /** The class of the resulting objects. */
  readonly schema: CollectionSchema
  readonly steps: readonly PipelineStep[]
  readonly #runs: readonly Run[]

  constructor(before: CollectionSchema, schema: CollectionSchema, steps: readonly PipelineStep[]) {
    this.before = before
    this.schema = schema
    this.steps = steps
    this.#runs = runsOf(steps)
  }

  get isEmpty(): boolean {
    return this.steps.length === 0
  }

  /** True if it may leave objects out without rejecting them. */
  get filters(): boolean {
    return this.steps.some(({ transform }) => transform.filters === true)
  }

  /** True if it may return objects with new ids. */
  get expands(): boolean {
    return this.steps.some(({ transform }) => transform.expands === true)
  }

  /** Its transforms for manifests and reports, in order. */
  get declared(): DeclaredTransform[] {
    return this.steps.map(({ transform }) => declaredTransform(transform))
  }

  /** Transforms a page. Rejects hold objects as they came in. Memory: a page. */
  async objects(page: Page, call: TransformCall = {}): Promise<TransformedPage> {
    let objects = page
    const rejects: TransformReject[] = []
    let [filtered, added] = [0, 0]
    const origin = originsIn(page)
    const whole = { origin, ...call }
    for (const { names, objects: change } of this.#runs) {
      const made = await change(objects, whole)
      requireSums(names, objects, made)
      for (const reject of made.rejects) rejects.push({ ...reject, object: origin(reject.object) })
      filtered += made.filtered
      added += made.added ?? 0
      objects = made.objects
    }
    return { objects, rejects, filtered, ...(added > 0 && { added }) }
  }

  async close(): Promise<void> {
    for (const { bound } of this.steps) await bound.close?.()
  }
}

/** What a stage reports about each page that has passed through it. */
export interface TransformOutcome {
  readonly onRejects: (rejects: readonly TransformReject[]) => void
  /** Called with each page as it came in, and the result. */
  readonly onPage?: (page: Page, made: TransformedPage) => void
  readonly signal?: AbortSignal
}

/** Pages → transformed pages; no stages if the pipeline is empty. Memory: a page. */
export function transformStages(pipeline: TransformPipeline, outcome: TransformOutcome): Stage<Page, Page>[] {
  if (pipeline.isEmpty) return []
  const { onRejects, onPage, signal } = outcome
  const call = signal === undefined ? {} : { signal }
  return [
    nameStage(
      'transform',
      mapChunks(async (page: Page) => {
        const made = await pipeline.objects(page, call)
        if (made.rejects.length > 0) onRejects(made.rejects)
        onPage?.(page, made)
        return made.objects
      }),
    ),
  ]
}

/** Consecutive transforms that work as one: those that look at one object at a time share a copy of it. */
interface Run {
  readonly names: string
  readonly objects: BoundTransform['objects']
}

function runsOf(steps: readonly PipelineStep[]): Run[] {
  const runs: Run[] = []
  let together: NamedChange[] = []
  const end = () => {
    const changes = together
    together = []
    if (changes.length === 0) return
    const names = changes.map(({ name }) => name).join(', ')
    runs.push({ names, objects: (page) => applyChanges(page, changes) })
  }
  for (const { transform, bound } of steps) {
    if (bound.change !== undefined) {
      together.push({ name: transform.name, change: bound.change })
      continue
    }
    end()
    runs.push({ names: transform.name, objects: (page, call) => bound.objects(page, call) })
  }
  end()
  return runs
}

/** A change of one object, with the name of its transform. */
export interface NamedChange {
  readonly name: string
  readonly change: ChangeObject
}

/** Copies each object of a page once, and applies all changes to the copy. */
export function applyChanges(page: Page, changes: readonly NamedChange[]): TransformedPage {
  const objects: StoredObject[] = []
  const rejects: TransformReject[] = []
  let filtered = 0
  for (const object of page) {
    const draft: ObjectDraft = { ...object, properties: { ...object.properties } }
    const end = applyChain(draft, changes)
    if (end === undefined) {
      draft.properties = withoutGaps(draft.properties)
      objects.push(draft)
    } else if (end === 'filtered') filtered += 1
    else rejects.push(transformReject(end.name, object, end.reason))
  }
  return { objects, rejects, filtered }
}

/** Properties set to undefined are removed: deleting each from an object costs more than copying the rest once. */
function withoutGaps(properties: JsonObject): JsonObject {
  for (const name in properties) if (properties[name] === undefined) return copyOf(properties)
  return properties
}

function copyOf(properties: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const name in properties) {
    const value = properties[name]
    if (value !== undefined) copy[name] = value
  }
  return copy
}

/** Undefined if the object passed all of them. */
function applyChain(
  draft: ObjectDraft,
  changes: readonly NamedChange[],
): 'filtered' | { readonly name: string; readonly reason: string } | undefined {
  for (const { name, change } of changes) {
    const verdict = change(draft)
    if (verdict === 'kept') continue
    return verdict instanceof Refusal ? { name, reason: verdict.reason } : verdict
  }
  return undefined
}

/** @throws ElysiaError ELYSIA_ACCOUNTING if an object has no outcome, or two */
function requireSums(names: string, page: Page, { objects, rejects, filtered, added = 0 }: TransformedPage) {
  const [before, after] = [page.length + added, objects.length + rejects.length + filtered]
  if (before === after) return
  const fact = `${names} took ${page.length} objects, added ${added}, and accounts for ${after}`
  throw new ElysiaError('ELYSIA_ACCOUNTING', fact, { hint: 'this is a defect of the transform' })
}
