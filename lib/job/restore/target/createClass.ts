import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, vectorNames } from '../../../core/schema.ts'
import type { Store } from '../../../store/store.ts'
import { type PatchedSchema, patchRefused } from '../../../transform/schema/patch.ts'
import type { RestoreRun } from '../run.ts'

/** How often a refused class is adapted, each time for another reason. */
const MOST_REFUSALS = 8

/**
 * Makes the class of a restore. If the target refuses something that only a refusal reveals as unsupported, adapts the
 * class and reports it.
 * @throws ElysiaError for any other refusal
 */
export async function createClass(run: RestoreRun): Promise<void> {
  await making(run, (schema) => run.retry(creating(run.store, schema)))
}

/** Finishes a class that an interrupted restore may have made. */
export async function finishClass(run: RestoreRun): Promise<void> {
  await making(run, (schema) => run.retry(() => finishing(run.store, schema)))
}

async function making(run: RestoreRun, make: (schema: CollectionSchema) => Promise<void>): Promise<void> {
  const { plan, progress, frame } = run
  for (let refusals = 0; ; refusals++) {
    const wanted: PatchedSchema = progress.remade ?? { schema: plan.schema, patches: [] }
    try {
      await make(wanted.schema)
      return
    } catch (error) {
      const changed = refusals < MOST_REFUSALS ? afterRefusal(run, wanted.schema, error) : undefined
      if (changed === undefined) throw error
      for (const patch of changed.patches) frame.emit({ type: 'schema_patched', ...patch })
      progress.remade = { schema: changed.schema, patches: [...wanted.patches, ...changed.patches] }
    }
  }
}

function afterRefusal(
  { options, store }: RestoreRun,
  schema: CollectionSchema,
  error: unknown,
): PatchedSchema | undefined {
  if (!options.migrate || !isLasting(error)) return undefined
  return patchRefused(schema, { kind: store.kind, nodes: 1 }, error.message)
}

/** A call that failed on its way may have made the class: repeating it is then no conflict. */
function creating(store: Store, schema: CollectionSchema): () => Promise<void> {
  let repeated = false
  return async () => {
    if (repeated) return finishing(store, schema)
    repeated = true
    await store.create(schema)
  }
}

/**
 * Makes a class that may already exist, ours and empty, complete or without its named vectors: a server makes a class
 * with both kinds in two steps, and a call may end between them.
 */
async function finishing(store: Store, schema: CollectionSchema): Promise<void> {
  const made = await store.schema(schema.class)
  if (made !== undefined && hasVectorsOf(made, schema)) return
  if (made !== undefined) await store.drop(schema.class)
  await store.create(schema)
}

function hasVectorsOf(made: CollectionSchema, wanted: CollectionSchema): boolean {
  const there = new Set(vectorNames(made).named)
  return vectorNames(wanted).named.every((name) => there.has(name))
}

/** True for an error that the same call would meet again. */
export function isLasting(error: unknown): error is ElysiaError {
  if (!(error instanceof ElysiaError)) return false
  return !error.retryable && !['ELYSIA_UNREACHABLE', 'ELYSIA_REFUSED'].includes(error.code)
}
