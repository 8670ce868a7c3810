import { type Dialogue, id, object, oneOf, post, put, rest, rpc, type Step, search } from '../dialogue.ts'

const tenantCalls = (tenant: string): Step[] => {
  const query = tenant === '' ? '' : `?tenant=${tenant}`
  const more = tenant === '' ? {} : { tenant }
  return [
    put(object('TwinTenants', 4, { t: 'x' }, more)),
    search('TwinTenants', more),
    search('TwinTenants', { ...more, after: id(0) }),
    rpc('aggregate', { collection: 'TwinTenants', objectsCount: true, ...more }),
    rpc('batchDelete', { collection: 'TwinTenants', filters: oneOf(id(4)), verbose: true, ...more }),
    rest(`GET /v1/objects/TwinTenants/${id(1)}${query}`),
    rest(`HEAD /v1/objects/TwinTenants/${id(1)}${query}`),
    rest(`GET /v1/objects?class=TwinTenants&limit=5${query.replace('?', '&')}`),
    rest(`DELETE /v1/objects/TwinTenants/${id(7)}${query}`),
    rest('POST /v1/batch/objects', {
      objects: [{ class: 'TwinTenants', id: id(8), properties: { t: 'q' }, ...more }],
    }),
    rest('POST /v1/objects', { class: 'TwinTenants', id: id(9), properties: { t: 'q' }, ...more }),
    rest(`DELETE /v1/objects/TwinTenants/${id(9)}${query}`),
  ]
}

/** Tenants and their states, and what is refused without the right one. */
export const TENANTS: Dialogue = {
  title: 'tenants',
  steps: [
    post('TwinTenants', { multiTenancyConfig: { enabled: true } }),
    rest('GET /v1/schema/TwinTenants/tenants'),
    rest('GET /v1/schema/TwinTenants/shards'),
    rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'a' }, { name: 'b', activityStatus: 'COLD' }]),
    rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'a' }, { name: 'c' }]),
    rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'b d' }]),
    rest('POST /v1/schema/TwinTenants/tenants', []),
    rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'x', activityStatus: 'WAT' }]),
    rest('POST /v1/schema/TwinTenants/tenants', [{ name: 'x1' }, { name: 'x1' }]),
    rest('POST /v1/schema/TwinNope/tenants', [{ name: 'x' }]),
    post('TwinPlain'),
    rest('POST /v1/schema/TwinPlain/tenants', [{ name: 'x' }]),
    rest('GET /v1/schema/TwinTenants/tenants'),
    rest('GET /v1/schema/TwinTenants/tenants/a'),
    rest('GET /v1/schema/TwinTenants/tenants/nope'),
    rest('HEAD /v1/schema/TwinTenants/tenants/a'),
    rest('HEAD /v1/schema/TwinTenants/tenants/nope'),
    rpc('tenantsGet', { collection: 'TwinTenants' }),
    rpc('tenantsGet', { collection: 'TwinTenants', names: { values: ['a', 'zz'] } }),
    rpc('tenantsGet', { collection: 'TwinTenants', names: { values: [] } }),
    rpc('tenantsGet', { collection: 'TwinPlain' }),
    rpc('tenantsGet', { collection: 'TwinNope' }),
    put(
      object('TwinTenants', 1, { t: 'x' }, { tenant: 'a' }),
      object('TwinTenants', 2, { t: 'x' }),
      object('TwinTenants', 3, { t: 'x' }, { tenant: 'zz' }),
      object('TwinTenants', 4, { t: 'x' }, { tenant: 'b' }),
    ),
    ...['', 'a', 'b', 'zz'].flatMap(tenantCalls),
    rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'b', activityStatus: 'HOT' }]),
    rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'zz', activityStatus: 'HOT' }]),
    rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'a', activityStatus: 'INACTIVE' }]),
    rest('GET /v1/schema/TwinTenants/tenants'),
    rest('PUT /v1/schema/TwinTenants/tenants', [{ name: 'a', activityStatus: 'OFFLOADED' }]),
    rest(
      'PUT /v1/schema/TwinTenants/tenants',
      Array.from({ length: 101 }, (_, n) => ({ name: `t${n}`, activityStatus: 'COLD' })),
    ),
    rest('DELETE /v1/schema/TwinTenants/tenants', ['c']),
    rest('DELETE /v1/schema/TwinTenants/tenants', ['cc']),
    post('TwinAutoTenants', { multiTenancyConfig: { enabled: true, autoTenantCreation: true } }),
    put(object('TwinAutoTenants', 1, { t: 'x' }, { tenant: 'new' })),
    rest('GET /v1/schema/TwinAutoTenants/tenants'),
  ],
}
