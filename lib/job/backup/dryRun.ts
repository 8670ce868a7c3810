import { type Chain, chainState, type ObjectSetState } from '../../archive/chain/chain.ts'
import { checkIndexes } from '../../archive/chain/check.ts'
import { readJournal, type UnfinishedBackup } from '../../archive/journal.ts'
import type { Plan } from '../../archive/manifest.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { resolveInput } from '../../options/options.ts'
import type { Emit } from '../../run/context.ts'
import { TOOL } from '../../run/tool.ts'
import type { Store } from '../../store/store.ts'
import { searchPlan } from '../selection/searchPlan.ts'
import { encodingLike } from './encoding.ts'
import { baseOf, requireEnough } from './increment/base.ts'
import type { BackupContext } from './job.ts'
import { requireObjects } from './manifest.ts'
import { type BackupOptions, type BackupOptionsInput, backupOptions } from './options.ts'
import { type CollectionInfo, callsFor, collectionInfoOf, planOf } from './plan.ts'
import { requireFree } from './resume.ts'
import { requireResumable, requireSameSchema } from './resumeChecks.ts'

/** The destination of a backup, if it is a named directory. */
export interface DryRunDestination {
  readonly storage: Storage
  readonly resume: boolean
}

/** What a backup would do. */
export interface BackupPreview {
  readonly plan: Plan
  /** For an increment: the combined content of its base and that base's own bases, according to their indexes. */
  readonly base?: ObjectSetState
}

/**
 * Plans what a backup would read, and how, without writing anything or activating tenants. Reads no objects, so what
 * they lack is unknown. For an increment it reads the indexes to compare with completely.
 * @throws ElysiaError everything that the backup would refuse before reading: ELYSIA_CONFLICT if the place is taken,
 * the backup to resume is another one, or the base is of something else; ELYSIA_DAMAGED if the base or an index is
 * missing or damaged; ELYSIA_INCOMPLETE if there are no objects, or too few of the base
 */
export async function planBackup(
  store: Store,
  name: string,
  input: BackupOptionsInput,
  emit: Emit = () => {},
  into?: DryRunDestination,
  context: Pick<BackupContext, 'base' | 'findArchive' | 'signal' | 'transforms' | 'keepsVectors'> = {},
): Promise<BackupPreview> {
  const options = resolveInput(backupOptions, input)
  const subject = await collectionInfoOf(store, name, options, emit, context)
  const unfinished = into && (await unfinishedIn(into, store, subject, options))
  const base = await baseOf(context, unfinished, subject, options)
  if (base !== undefined) await checkIndexes(base, context.signal)
  const active = { ...subject, tenants: subject.tenants?.filter(({ state }) => state === 'active') }
  const asleep = (subject.tenants?.length ?? 0) - (active.tenants?.length ?? 0)
  if (asleep > 0) emit({ type: 'tenants_not_counted', tenants: asleep })
  const manifest = base?.newest.manifest
  const encoding = () => encodingLike(manifest, store, active, options, emit)
  const plan = await planOf(store, active, { encoding, options, tool: TOOL, base: manifest })
  if (options.explain && asleep === 0) await explainPlan(store, subject, options, emit)
  if (asleep === 0) requireCounted(plan, base, options)
  return { plan, ...(base !== undefined && { base: chainState(base).all }) }
}

function requireCounted(plan: Plan, base: Chain | undefined, options: BackupOptions): void {
  if (base !== undefined) requireEnough(base, plan, options)
  requireObjects(plan.counts.before, plan.collection, options)
}

/** Reports how the objects of a filter would be found: they are counted, not read. */
async function explainPlan(
  store: Store,
  { schema, selection, tenants }: CollectionInfo,
  { pushDown }: BackupOptions,
  emit: Emit,
): Promise<void> {
  const collection = store.collection(schema.class)
  await searchPlan({ store, collection, schema, selection, calls: callsFor(tenants), pushDown, emit })
}

/** The backup to resume. @throws ElysiaError ELYSIA_CONFLICT if the place is not free for it */
async function unfinishedIn(
  { storage, resume }: DryRunDestination,
  store: Store,
  subject: CollectionInfo,
  options: BackupOptions,
): Promise<UnfinishedBackup | undefined> {
  await requireFree(storage, resume)
  const unfinished = resume ? await readJournal(storage) : undefined
  if (unfinished === undefined) return undefined
  requireResumable(unfinished.plan, store, subject, options)
  requireSameSchema(unfinished.plan, subject)
  return unfinished
}
