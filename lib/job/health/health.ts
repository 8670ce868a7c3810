import type { Store, StoreUse } from '../../store/store.ts'
import type { StoreSurvey } from '../../store/survey.ts'
import { findingsOf } from './findings.ts'
import type { HealthReport } from './report.ts'

/** The jobs whose rights can be checked. */
const HEALTH_JOBS = ['backup', 'restore', 'copy', 'ingest', 'delete'] as const

/** What is checked besides the nodes. */
export interface HealthOptions {
  /** Also check the rights of the key for this job. */
  readonly for?: (typeof HEALTH_JOBS)[number]
  /**
   * Report only the shards of this class, and check the rights on it; without it, rights on all classes are checked.
   */
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
 * Examines a store without changing anything: addresses, nodes, versions, shards, copies, rights, clocks. Bounded by
 * the list of shards of all collections. The free space of a server is unknown, but not that it became read-only for
 * lack of space.
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

/** The survey of a store without servers. */
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
