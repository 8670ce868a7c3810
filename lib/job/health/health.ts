import type { Store, StoreUse } from '../../store/store.ts'
import type { StoreSurvey } from '../../store/survey.ts'
import { findingsOf } from './findings.ts'
import type { HealthReport } from './report.ts'

/** What a person looks at a store for. */
const HEALTH_JOBS = ['backup', 'restore', 'copy', 'ingest', 'delete'] as const

export interface HealthOptions {
  /** Look at the rights of the key for such a job as well. */
  readonly for?: (typeof HEALTH_JOBS)[number]
  /** Report the shards of this class alone, and look at the rights on it; without it those on all classes count. */
  readonly collection?: string
}

const DOES: Readonly<Record<(typeof HEALTH_JOBS)[number], StoreUse['does']>> = {
  backup: ['read'],
  restore: ['read', 'make', 'write'],
  copy: ['read', 'make', 'write', 'delete'],
  ingest: ['read', 'make', 'write', 'delete'],
  delete: ['read', 'delete'],
}

/**
 * Looks at a store without changing anything: addresses, nodes, versions, shards, copies, rights, clocks. Bounded by the list of
 * shards of all collections. Free space is not known of a server; that it has become read-only for want of it is.
 * @throws ElysiaError ELYSIA_UNREACHABLE, ELYSIA_REFUSED
 */
export async function checkHealth(store: Store, options: HealthOptions = {}): Promise<HealthReport> {
  const { collection, for: job } = options
  const use = job && { collection: collection ?? '*', does: DOES[job] }
  const { missingRights, ...whole } = (await store.survey?.(use, collection)) ?? (await plainSurvey(store))
  const survey = { ...whole, collections: only(whole.collections, collection) }
  const clockDifferenceMs = await store.clockDifferenceMs?.()
  const findings = findingsOf(store.target, { ...survey, missingRights }, clockDifferenceMs)
  return {
    target: store.target,
    kind: store.kind,
    healthy: findings.length === 0,
    ...survey,
    ...(clockDifferenceMs !== undefined && { clockDifferenceMs }),
    findings,
  }
}

function only(collections: StoreSurvey['collections'], name: string | undefined): StoreSurvey['collections'] {
  return name === undefined ? collections : collections.filter((one) => one.name === name)
}

/** Of a store without servers. */
async function plainSurvey(store: Store): Promise<StoreSurvey> {
  const { version, nodes } = await store.health()
  return {
    version,
    addresses: [],
    nodes: nodes.map((node) => ({ ...node, readOnly: false })),
    collections: [],
    missingRights: [],
  }
}
