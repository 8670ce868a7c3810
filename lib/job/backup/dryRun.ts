import { readJournal } from '../../archive/journal.ts'
import type { Plan } from '../../archive/manifest.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { resolveInput } from '../../options/options.ts'
import type { Emit } from '../../run/context.ts'
import { TOOL } from '../../run/tool.ts'
import type { Store } from '../../store/store.ts'
import { searchPlan } from '../selection/searchPlan.ts'
import { chosenEncoding } from './encoding.ts'
import { requireObjects } from './manifest.ts'
import { type BackupOptions, type BackupOptionsInput, backupOptions } from './options.ts'
import { type CollectionInfo, callsFor, collectionInfoOf, planOf } from './plan.ts'
import { requireFree } from './resume.ts'
import { requireSame, requireSameSchema } from './same.ts'

/** Where a backup would go, where that is a directory which is named. */
export interface PlannedInto {
  readonly storage: Storage
  readonly resume: boolean
}

/**
 * What a backup would read and how, without writing anything, nor activating tenants that are not active. No object is
 * read, so that what they lack is not known.
 * @throws ElysiaError what the backup itself would be refused for before it reads: ELYSIA_CONFLICT where the place is
 * taken, or what is to be resumed is another backup; ELYSIA_INCOMPLETE where there are no objects
 */
export async function planBackup(
  store: Store,
  name: string,
  input: BackupOptionsInput,
  emit: Emit = () => {},
  into?: PlannedInto,
): Promise<Plan> {
  const options = resolveInput(backupOptions, input)
  const subject = await collectionInfoOf(store, name, options, emit)
  if (into !== undefined) await requireDestination(into, store, subject, options)
  const active = { ...subject, tenants: subject.tenants?.filter(({ state }) => state === 'active') }
  const asleep = (subject.tenants?.length ?? 0) - (active.tenants?.length ?? 0)
  if (asleep > 0) emit({ type: 'tenants_not_counted', tenants: asleep })
  const encoding = await chosenEncoding(store, active, options, emit)
  const plan = await planOf(store, active, { encoding, options, tool: TOOL })
  if (options.explain && asleep === 0) await explainPlan(store, subject, options, emit)
  if (asleep === 0) requireObjects(plan.counts.before, plan.collection, options)
  return plan
}

/** Says how the objects of a filter would be found: they are counted, and not read. */
async function explainPlan(
  store: Store,
  { schema, selection, tenants }: CollectionInfo,
  { pushDown }: BackupOptions,
  emit: Emit,
): Promise<void> {
  const collection = store.collection(schema.class)
  await searchPlan({ store, collection, schema, selection, calls: callsFor(tenants), pushDown, emit })
}

async function requireDestination(
  { storage, resume }: PlannedInto,
  store: Store,
  subject: CollectionInfo,
  options: BackupOptions,
): Promise<void> {
  await requireFree(storage, resume)
  const unfinished = resume ? await readJournal(storage) : undefined
  if (unfinished === undefined) return
  requireSame(unfinished.plan, store, subject, options)
  requireSameSchema(unfinished.plan, subject)
}
