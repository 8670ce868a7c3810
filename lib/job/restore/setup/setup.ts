import { type Close, closeAll } from '../../../async/closeAll.ts'
import type { Store } from '../../../store/store.ts'
import { announceAlias } from '../alias/switch.ts'
import { planChanges } from '../conflict/planChanges.ts'
import type { RestoreOptions } from '../options.ts'
import { requireSamePlan } from '../planned/check.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import type { RestoreSource } from '../source/source.ts'
import type { RestoreRejects } from '../target/rejects.ts'
import { beginRestore } from './begin.ts'
import { findDestination } from './destination.ts'
import { claimRun, openRun } from './open.ts'
import { planSetup, requireTarget } from './planned.ts'

/** A restore that is ready to begin, and what to put back afterwards. */
export interface RestoreSetup {
  readonly run: RestoreRun
  /** Enters the run in the journal as begun; not for a dry run. */
  begin(): Promise<void>
  close(): Promise<void>
}

/** What restores of several archives share. */
export interface SharedRestore {
  /** The classes that will exist by the time a reference needs them. */
  readonly classes: ReadonlySet<string>
  /** By path. */
  readonly rejects: Map<string, RestoreRejects>
}

/**
 * Prepares everything before the first write: the target, its class, the lock, and the progress of an interrupted
 * restore. What is opened is closed in the reverse order.
 * @throws ElysiaError ELYSIA_CONFLICT if a collection of that name already exists, ELYSIA_LOCKED, ELYSIA_UNREACHABLE,
 * ELYSIA_USAGE, ELYSIA_NOT_FOUND
 */
export async function setUpRestore(
  source: RestoreSource,
  store: Store,
  input: RestoreOptions,
  context: RestoreContext,
  together: SharedRestore = { classes: new Set(), rejects: new Map() },
): Promise<RestoreSetup> {
  const planned = await planSetup(source, store, input, context, together.classes)
  const closers: Close[] = [() => planned.plan.transforms.close()]
  const close = () => closeAll(closers.toReversed())
  try {
    const own = claimRun(planned, closers)
    // Beside the other questions: a distant server takes long for each.
    const existingSchema = planned.retry(() => store.schema(planned.plan.schema.class))
    existingSchema.catch(() => {})
    await requireTarget(planned)
    const destination = await findDestination(planned, existingSchema, closers)
    const run = await openRun(planned, destination, own, together.rejects, closers)
    await announce(run)
    return { run, begin: () => beginRestore(run, destination.continued, planned.key), close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** Checks and announces what the run will change. @throws ElysiaError ELYSIA_CONFLICT if that is not wanted */
async function announce(run: RestoreRun): Promise<void> {
  const { kept, progress } = run
  requireSamePlan(run)
  announceAlias(run)
  await planChanges(run)
  kept.rejects?.keep(kept.origin.archive, progress.parts.keys())
}
