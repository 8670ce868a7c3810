import { ElysiaError } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/object.ts'
import { slices } from '../../../core/value/slices.ts'
import type { CallOptions } from '../../store.ts'
import { replyFailure } from '../cluster/failure.ts'
import { isMissing } from '../cluster/serverText.ts'
import { listIn } from '../rest/answer.ts'
import { expectAnswer, type RestContext } from '../rest/expect.ts'
import type { RestRequest } from '../rest/request.ts'

const TENANTS_A_CALL = 1000

/** Names and states of all tenants of a class. */
export async function listTenants(rest: RestContext, name: string): Promise<JsonObject[]> {
  const request: RestRequest = { method: 'GET', path: pathOf(name) }
  return listIn(await expectAnswer(rest, request, `listing the tenants of ${name}`), rest.target)
}

/** Creates tenants, 1000 a request. After an error those of earlier requests exist. */
export async function createTenants(
  rest: RestContext,
  name: string,
  tenants: readonly string[],
): Promise<void> {
  for (const some of slices(tenants, TENANTS_A_CALL)) {
    const body = some.map((tenant) => ({ name: tenant }))
    await expectAnswer(rest, { method: 'POST', path: pathOf(name), body }, `making tenants of ${name}`)
  }
}

/** Removes tenants with their objects, 1000 a request. After an error those of earlier requests are gone. */
export async function removeTenants(
  rest: RestContext,
  name: string,
  tenants: readonly string[],
): Promise<void> {
  for (const some of slices(tenants, TENANTS_A_CALL)) {
    const request: RestRequest = { method: 'DELETE', path: pathOf(name), body: [...some] }
    await expectAnswer(rest, request, `removing tenants of ${name}`)
  }
}

/**
 * Asks for one tenant.
 * @param byName the server has GET for a single tenant; without it HEAD, whose answers give no reasons
 * @throws ElysiaError ELYSIA_NOT_FOUND if the class has no such tenant
 */
export async function requireTenant(
  { cluster, target }: RestContext,
  name: string,
  tenant: string,
  byName: boolean,
  call: CallOptions,
): Promise<void> {
  const path = `${pathOf(name)}/${encodeURIComponent(tenant)}`
  const reply = await cluster.rest({ method: byName ? 'GET' : 'HEAD', path }, call)
  if (reply.status === 200) return
  const failure = replyFailure(reply, target, `looking for tenant ${tenant} of ${name}`)
  if (reply.status !== 404 && !isMissing(failure.message)) throw failure
  throw new ElysiaError('ELYSIA_NOT_FOUND', `${name} in ${target} has no tenant ${tenant}`, {
    hint: 'tenants are made beforehand, never by writing',
  })
}

function pathOf(name: string): string {
  return `/schema/${encodeURIComponent(name)}/tenants`
}
