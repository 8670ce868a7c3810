import { selectionText } from '../../../archive/selection.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { hasTenants } from '../../../core/schema.ts'
import { pluralize } from '../../../core/units.ts'
import { WokenTenants } from '../../../run/activeTenants.ts'
import { objectPages } from '../../../store/objects.ts'
import { countedScan } from '../../scan/countedScan.ts'
import type { RestoreContext, RestorePlan, RestoreRun } from '../run.ts'
import { isOnce, type RestoreSource } from '../source/source.ts'
import { type Deletions, type ExtraneousIds, placeOf } from './extraneousIds.ts'

/** How many objects to be deleted are named. */
export const IDS_NAMED = 5

/**
 * Reads all ids of the source and of the collection before anything is written: finds what a replace will delete.
 * @throws ElysiaError ELYSIA_DAMAGED if the source is damaged; ELYSIA_CONFLICT if it is empty or contains lines that
 * are no objects, if the collection has tenants that it lacks, or if more would be deleted than `--max-delete` allows
 */
export async function planDeletions(run: RestoreRun): Promise<Deletions> {
  const extraneous = run.kept.extraneous!
  await readSource(run, extraneous, ({ reason }) => {
    throw notWhole(run.source.name, reason)
  })
  await readTarget(run, extraneous)
  if (extraneous.source === 0 && extraneous.objects > 0) throw emptySource(run)
  const plan: Deletions = {
    collection: run.class,
    target: run.store.target,
    objects: extraneous.objects,
    source: extraneous.source,
    deletes: extraneous.count,
    ids: extraneous.first(IDS_NAMED).map(placeOf),
  }
  const { precedence } = run.frame.context as RestoreContext
  requireFew(plan, run.options.maxDelete, precedence?.deletedBefore)
  return plan
}

/** Records all ids of a source. `onReject` gets the reason for each line that is not an object. */
export async function readSource(
  { plan, frame }: RestoreRun,
  extraneous: ExtraneousIds,
  onReject: (reject: { readonly reason: string }) => void,
): Promise<void> {
  const selects = plan.selection?.isPartial === true ? plan.selection.selects : undefined
  for (const part of plan.parts) {
    frame.stop.throwIfAborted()
    await part.check?.(frame.signal)
    // Ids alone do not tell which objects are selected.
    const ids = selects === undefined ? part.ids?.() : undefined
    for await (const page of await (ids ?? part.pages(onReject))) {
      const all = page as readonly StoredObject[]
      extraneous.addSource(selects === undefined ? all : all.filter(selects))
      frame.signal.throwIfAborted()
    }
  }
}

async function readTarget(run: RestoreRun, extraneous: ExtraneousIds): Promise<void> {
  const { store, collection, retry, frame, existing, class: name } = run
  const { precedence } = frame.context as RestoreContext
  const times = precedence !== undefined
  const options = { projection: { properties: [], vectors: false, times }, retry, signal: frame.signal }
  const scan = async (tenant?: string) => {
    const range = tenant === undefined ? {} : { tenant }
    const call = { signal: frame.signal, ...range }
    const requireAllFound = await countedScan({ collection, schema: existing!.schema, retry, call })
    let count = 0
    for await (const page of objectPages(collection, range, options)) {
      const all = page as StoredObject[]
      extraneous.addTarget(precedence === undefined ? all : all.filter((one) => !precedence.keeps(one)))
      count += all.length
    }
    await requireAllFound(count)
  }
  if (!hasTenants(existing!.schema)) return scan()
  const tenants = await retry(() => store.tenantStates(name))
  // Someone who writes to the collection meanwhile may have made other objects.
  if (precedence === undefined)
    requireOwnTenants(
      run,
      tenants.map((tenant) => tenant.name),
    )
  const woken = new WokenTenants(store, name, tenants, { emit: frame.emit, retry })
  try {
    for (const tenant of tenants) {
      await woken.wake(tenant.name)
      await scan(tenant.name)
      await woken.putBack(tenant.name)
    }
  } finally {
    await woken.close()
  }
}

/** Refuses a replace of tenants that the archive does not mention: none is emptied just for that. */
function requireOwnTenants({ plan, class: name, source }: RestoreRun, tenants: readonly string[]): void {
  const own = new Set((plan.tenants ?? []).map((tenant) => tenant.name))
  const others = tenants.filter((tenant) => !own.has(tenant))
  if (others.length === 0) return
  const some = others.slice(0, IDS_NAMED).join(', ')
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `${name} has ${pluralize(others.length, 'tenant')} that ${source.name} does not have: ${some}`,
    {
      hint: 'nothing was written; remove these tenants first, or use --on-conflict overwrite, which leaves them',
    },
  )
}

/** More would be deleted than `--max-delete` allows. */
export class TooManyDeletions extends ElysiaError {
  /** What would be deleted, without the beginning of the sentence. */
  readonly fact: string
  /** The number that would have to be allowed. */
  readonly deletes: number

  constructor(fact: string, deletes: number, rest: string) {
    super('ELYSIA_CONFLICT', `${fact}; ${rest}`, {
      hint: `nothing was written; --plan FILE lists all of it, an object a line, once --max-delete ${deletes} allows it`,
    })
    this.fact = fact
    this.deletes = deletes
  }
}

/**
 * Checks deletions together with those that were made `before`.
 * @throws TooManyDeletions if they are more than this allows
 */
export function requireFew(deletions: Deletions, limit: string, before = 0): void {
  const { source, collection, target, ids } = deletions
  const [deletes, all] = [deletions.deletes + before, deletions.objects + before]
  const most = limit.endsWith('%') ? (Number(limit.slice(0, -1)) / 100) * all : Number(limit)
  if (deletions.deletes === 0 || deletes <= most) return
  const share = `${((100 * deletes) / all).toFixed(1)} %`
  const some = `${ids.join(', ')}${deletions.deletes > ids.length ? ', …' : ''}`
  const fact = `would delete ${deletes} of ${all} objects (${share}) of ${collection} in ${target}: ${some}`
  const both = Math.max(0, all - deletes)
  const rest = `the archive has ${source}: ${both} in both, ${Math.max(0, source - both)} new`
  throw new TooManyDeletions(fact, deletes, `${rest}; --max-delete allows ${limit}`)
}

function emptySource({ source, class: name }: RestoreRun): ElysiaError {
  return new ElysiaError(
    'ELYSIA_CONFLICT',
    `${source.name} holds no objects: a replace would delete all of ${name}`,
    {
      hint: `nothing was written; if you mean that, remove the collection: elysiactl col rm ${name}`,
    },
  )
}

function notWhole(source: string, reason: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `${source} holds something that is not an object: ${reason}`, {
    hint: 'nothing was written; a replace would delete the object that it may have been: correct it, or use --on-conflict overwrite',
  })
}

/** Why the objects of a source are not its complete collection; undefined if they are. */
function partFact({ selection, manifest, kind }: RestoreSource, plan: RestorePlan): string | undefined {
  if (plan.newProperties.policy === 'discard-object')
    return '--on-new-property discard-object leaves out some of its objects'
  if (plan.transforms.filters) return 'a transform leaves out some of its objects'
  if (plan.transforms.expands) return 'a transform makes objects of other ids than it holds'
  const { filtered = 0, rejected = 0 } = manifest?.counts ?? {}
  if (manifest?.transforms !== undefined && filtered + rejected > 0)
    return 'transforms left out some of its collection when it was made'
  const chosen = plan.selection?.declared ?? selection
  if (chosen === undefined) return undefined
  // What a condition selects is known completely.
  const { objects, properties } = chosen
  if (kind === 'collection' && objects === undefined && properties === undefined) return undefined
  return `${plan.selection === undefined ? 'it holds' : 'restored is'} a part of its collection (${selectionText(chosen)})`
}

/**
 * Refuses `replace` from an incomplete source, which would delete all other objects.
 * @throws ElysiaError ELYSIA_USAGE for a source that may hold only part of its collection
 */
export function requireReplaceable({
  source,
  options,
  plan,
}: Pick<RestoreRun, 'source' | 'options' | 'plan'>): void {
  const { tenant, skipDamaged } = options
  const fact =
    tenant !== undefined
      ? '--tenant selects some of its objects'
      : skipDamaged
        ? '--skip-damaged leaves out some of its objects'
        : source.chosen !== undefined
          ? '--use-list selects some of its objects'
          : isOnce(source)
            ? 'it comes from a pipe, which can be read only once'
            : partFact(source, plan)
  if (fact === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `${source.name} cannot replace a collection: ${fact}`, {
    hint: isOnce(source)
      ? 'write it to a file first, and restore that'
      : 'a replace deletes what is not in the archive: restore all of it, or use --on-conflict overwrite',
  })
}
