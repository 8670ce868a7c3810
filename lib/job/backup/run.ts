import { beginJournal, type UnfinishedBackup } from '../../archive/journal.ts'
import type { IndexPart, Part, Plan } from '../../archive/manifest.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { onceSuccessful } from '../../async/onceSuccessful.ts'
import type { WokenTenants } from '../../run/activeTenants.ts'
import { TOOL } from '../../run/tool.ts'
import type { Tenant } from '../../store/store.ts'
import { encodingLike } from './encoding.ts'
import type { BackupJob } from './job.ts'
import { planOf, type TenantObjectCounts } from './plan.ts'
import { intactParts } from './resume.ts'
import { requireSameSchema } from './resumeChecks.ts'

/** A backup into its own place. */
export interface StorageJob extends BackupJob {
  readonly storage: Storage
  readonly woken: WokenTenants
}

/** A backup with a durable plan, and what an interrupted one left of it. */
export interface StartedBackup extends UnfinishedBackup {
  /** Its complete parts. */
  readonly partsDone: readonly Part[]
  /** The complete files of its index. */
  readonly indexDone: readonly IndexPart[]
  /** The store's counts before the scan, as far as known. */
  readonly counted: TenantObjectCounts
}

/** Makes the plan of a new backup, durable before any tenant is woken, or continues that of an interrupted one. */
export async function beginBackup(
  job: StorageJob,
  unfinished: UnfinishedBackup | undefined,
): Promise<StartedBackup> {
  if (unfinished !== undefined) return takeUp(job, unfinished)
  const { task, subject, storage, retry, context } = job
  const { store, options } = task
  const counted: TenantObjectCounts = new Map()
  const base = job.state.base?.newest.manifest
  const encoding = onceSuccessful(() => encodingLike(base, store, subject, options, job.run.emit))
  const planning = { encoding, options, tool: TOOL, counted, base }
  const made = await retry(() => planOf(store, subject, planning))
  const { archiveId, set } = context
  const plan = {
    ...made,
    ...(archiveId !== undefined && { id: archiveId }),
    ...(set !== undefined && { set }),
  }
  await beginJournal(storage, plan)
  return { plan, parts: [], index: [], tenants: [], partsDone: [], indexDone: [], counted }
}

async function takeUp(
  { run, subject, storage, woken }: StorageJob,
  unfinished: UnfinishedBackup,
): Promise<StartedBackup> {
  const { plan, parts } = unfinished
  requireSameSchema(plan, subject)
  const { parts: there, index: thereIndex } = await intactParts(storage, unfinished, run.signal)
  run.emit({ type: 'backup_resumed', archive: plan.id, parts_kept: there.length, parts: parts.length })
  const tenants = unfinished.tenants.filter(({ tenant }) => isScanned(plan, tenant, parts, there))
  // Killed before these were put back.
  const active = activeIn(subject.tenants)
  for (const { tenant } of tenants) if (active.has(tenant)) await woken.putBack(tenant)
  const counted: TenantObjectCounts = new Map(
    plan.tenants === undefined ? [[undefined, plan.counts.before]] : [],
  )
  return { ...unfinished, partsDone: there, indexDone: thereIndex, tenants, counted }
}

/** False if a part of a tenant is lost, so that it must be scanned again. */
function isScanned(plan: Plan, tenant: string, parts: readonly Part[], there: readonly Part[]): boolean {
  const whole = new Set(there)
  return parts.every((part) => whole.has(part) || plan.ranges[part.range]!.tenant !== tenant)
}

function activeIn(tenants: readonly Tenant[] | undefined): ReadonlySet<string> {
  return new Set((tenants ?? []).filter(({ state }) => state === 'active').map(({ name }) => name))
}
