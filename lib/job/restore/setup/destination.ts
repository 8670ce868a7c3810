import type { Close } from '../../../async/closeAll.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { announceProperties, planInto } from '../conflict/existingClass.ts'
import { withNewProperties } from '../conflict/newProperties.ts'
import { type Continuation, findContinuation } from '../continuation.ts'
import { requireNoLoss } from '../planning/targetCapabilities.ts'
import type { RestorePlan } from '../run.ts'
import { announceRevectorizing, remakingFault } from '../vectors/revectorizing.ts'
import { someObjects } from '../vectors/someObjects.ts'
import type { PlannedRestore } from './planned.ts'

/** The class that a restore writes to, and what earlier runs have done to it. */
export interface Destination {
  readonly continued: Continuation
  /** The plan, fitted to the class if that exists. */
  readonly plan: RestorePlan
  /** The existing class with the properties that it will get; undefined if the restore makes the class. */
  readonly schema: CollectionSchema | undefined
}

/**
 * Finds the class in the target, and fits the plan to it. `found` is the class of that name, if there is one.
 * @param closers takes what must be closed afterwards
 * @throws ElysiaError ELYSIA_CONFLICT if the class belongs to someone else, or would lose something, ELYSIA_LOCKED
 */
export async function findDestination(
  planned: PlannedRestore,
  existingSchema: Promise<CollectionSchema | undefined>,
  closers: Close[],
): Promise<Destination> {
  const { store, source, options, frame } = planned
  const continued = await continuationOf(planned, existingSchema)
  const { left, into } = continued
  if (left !== undefined) closers.push(() => left.release())
  const plan = into === undefined ? planned.plan : planInto(store, into, planned.plan, source, options)
  const schema = into && withNewProperties(into, plan.newProperties)
  if (options.dryRun) announceProperties(plan, plan.schema.class, frame.emit)
  if (schema === undefined) requireNoLoss(store, plan, options)
  const destination = { continued, plan, schema }
  checkVectors(planned, destination)
  return destination
}

function continuationOf(
  { frame, context, store, source, options, retry, plan, key }: PlannedRestore,
  existingSchema: Promise<CollectionSchema | undefined>,
): Promise<Continuation> {
  const { emit, signal } = frame
  const mayExist = options.onConflict !== 'fail'
  const { state } = context
  const { dryRun } = options
  const request = { store, source, plan, key, state, context, signal, retry, emit, mayExist, dryRun }
  return findContinuation({ ...request, found: existingSchema })
}

/** Compares vectors with those that the class already holds, and announces the ones that a module will make. */
function checkVectors(
  { store, source, options, context, frame, retry }: PlannedRestore,
  { continued, plan, schema }: Destination,
): void {
  if (schema !== undefined || continued.isMade) {
    plan.vectors.startFrom(someObjects(store.collection(plan.schema.class), retry, frame.signal))
  }
  const { transforms, objects = source.about } = plan
  const fault = schema && remakingFault(options, context.kind)
  announceRevectorizing({ store, transforms, schema: schema ?? plan.schema, fault, objects }, frame.emit)
}
