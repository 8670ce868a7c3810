import { setTimeout as sleep } from 'node:timers/promises'
import { ElysiaError } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/object.ts'
import { slices } from '../../../core/value/slices.ts'
import type { Tenant, TenantState } from '../../store.ts'
import { expectAnswer, type RestContext } from '../rest/expect.ts'

/** The server accepts no more at once. */
const TENANTS_A_CALL = 100
const FIRST_WAIT_MS = 20
const LONGEST_WAIT_MS = 2_000
/** How long to wait for the next tenant to reach its state. */
const PATIENCE_MS = 10 * 60_000

/** Names of states in requests. */
const SENT: Readonly<Record<TenantState, string>> = {
  active: 'ACTIVE',
  inactive: 'INACTIVE',
  offloaded: 'OFFLOADED',
}
/** Names of states in answers, older ones included; transitional states are absent. */
const REACHED: Readonly<Record<string, TenantState>> = {
  ACTIVE: 'active',
  HOT: 'active',
  INACTIVE: 'inactive',
  COLD: 'inactive',
  OFFLOADED: 'offloaded',
  FROZEN: 'offloaded',
}

/** A tenant in the server's list. One that is being offloaded or loaded counts as offloaded: it cannot be read. */
export function tenantOf({ name, activityStatus }: JsonObject): Tenant {
  return { name: String(name), state: REACHED[String(activityStatus)] ?? 'offloaded' }
}

/**
 * Changes tenants to the requested states, a hundred per call, and waits until all have them; `list` reads the server's
 * list.
 * @throws ElysiaError ELYSIA_NOT_FOUND for a missing tenant
 */
export async function setTenantStates(
  asking: RestContext,
  name: string,
  tenants: readonly Tenant[],
  list: () => Promise<JsonObject[]>,
): Promise<void> {
  const due = pending(tenants, await list(), name)
  for (const some of slices(due, TENANTS_A_CALL)) {
    const body = some.map((tenant) => ({ name: tenant.name, activityStatus: SENT[tenant.state] }))
    const path = `/schema/${encodeURIComponent(name)}/tenants`
    await expectAnswer(asking, { method: 'PUT', path, body }, `changing the states of tenants of ${name}`)
  }
  if (due.length > 0) await waitForStates(due, name, list)
}

async function waitForStates(
  due: readonly Tenant[],
  name: string,
  list: () => Promise<JsonObject[]>,
): Promise<void> {
  let waiting = due
  let waitMs = FIRST_WAIT_MS
  let since = performance.now()
  for (;;) {
    const left = pending(waiting, await list(), name)
    if (left.length === 0) return
    if (left.length < waiting.length) since = performance.now()
    if (performance.now() - since > PATIENCE_MS) throw notReached(left, name)
    waiting = left
    await sleep(waitMs)
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)
  }
}

/** Tenants that have not reached their state yet. */
function pending(tenants: readonly Tenant[], listed: readonly JsonObject[], name: string): Tenant[] {
  const states = new Map(listed.map((one) => [String(one.name), REACHED[String(one.activityStatus)]]))
  const missing = tenants.find((tenant) => !states.has(tenant.name))
  if (missing !== undefined) {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${name} has no tenant ${missing.name}`)
  }
  return tenants.filter((tenant) => states.get(tenant.name) !== tenant.state)
}

function notReached(left: readonly Tenant[], name: string): ElysiaError {
  const [first] = left
  const others = left.length === 1 ? '' : `, and ${left.length - 1} more`
  const message = `tenant ${first?.name} of ${name} does not become ${first?.state}${others}: waited ten minutes`
  return new ElysiaError('ELYSIA_STORE', message, { retryable: true })
}
