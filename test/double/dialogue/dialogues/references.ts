import { type Dialogue, id, object, post, put, rest, type Step, search, text } from '../dialogue.ts'

const to = (name: string, n: number): string => `weaviate://localhost/${name}/${id(n)}`
const from = (property: string, n: number, name = 'TwinRefers'): string =>
  `weaviate://localhost/${name}/${id(n)}/${property}`
const link = (...references: { from: string; to: string; tenant?: string }[]): Step =>
  rest('POST /v1/batch/references', references)
const shown = (name: string, n: number, query = ''): Step => rest(`GET /v1/objects/${name}/${id(n)}${query}`)

const REFERRING = [
  text('t'),
  text('u'),
  { name: 'own', dataType: ['TwinRefers'] },
  { name: 'once', dataType: ['TwinCited'], disableDuplicatedReferences: true },
  { name: 'both', dataType: ['TwinRefers', 'TwinCited'] },
]

/** References added in batches, as they are shown, and as a search resolves them. */
export const REFERENCES: Dialogue = {
  title: 'references',
  steps: [
    post('TwinCited'),
    post('TwinRefers', { properties: REFERRING }),
    put(object('TwinRefers', 1, { t: 'one', u: 'kept' }), object('TwinRefers', 2, { t: 'two' })),
    put(object('TwinCited', 3, { t: 'three' })),
    link(
      { from: from('own', 1), to: to('TwinRefers', 2) },
      { from: from('own', 1), to: to('TwinRefers', 2) },
      { from: from('own', 1), to: to('TwinRefers', 99) },
      { from: from('once', 1), to: to('TwinCited', 3) },
      { from: from('once', 1), to: to('TwinCited', 3) },
      { from: from('both', 1), to: to('TwinCited', 3) },
      { from: from('both', 1), to: to('TwinRefers', 1) },
    ),
    link(
      { from: from('own', 1), to: to('TwinRefers', 2) },
      { from: from('once', 1), to: to('TwinCited', 3) },
    ),
    shown('TwinRefers', 1),
    rest('GET /v1/objects?class=TwinRefers&limit=5'),
    search('TwinRefers'),
    search('TwinRefers', {
      properties: {
        nonRefProperties: ['t'],
        refProperties: [
          { referenceProperty: 'own', properties: { nonRefProperties: ['t'] }, metadata: { uuid: true } },
        ],
      },
    }),
    link({ from: from('nope', 1), to: to('TwinCited', 3) }, { from: from('u', 1), to: to('TwinCited', 3) }),
    shown('TwinRefers', 1),
    link(
      { from: from('own', 77), to: to('TwinCited', 3) },
      { from: from('own', 2), to: `weaviate://localhost/${id(1)}` },
      { from: from('own', 2), to: to('TwinCited', 3) },
      { from: from('own', 2), to: to('TwinNope', 3) },
      { from: from('own', 2), to: 'weaviate://localhost/TwinCited/zzz' },
      { from: from('own', 2), to: `weaviate://localhost/TwinCited/${id(3).toUpperCase()}` },
      { from: from('own', 2, 'twinRefers'), to: to('TwinCited', 3) },
      { from: from('own', 2, 'TwinNope'), to: to('TwinCited', 3) },
    ),
    shown('TwinRefers', 2),
    link({ from: from('own', 2), to: 'junk' }, { from: from('own', 2), to: to('TwinCited', 3) }),
    link({ from: from('own', 2), to: to('TwinCited', 3), tenant: 'a' }),
    link(),
    put(object('TwinRefers', 2, { t: 'new' })),
    shown('TwinRefers', 2),
    post('TwinRefersT', { multiTenancyConfig: { enabled: true } }),
    rest('POST /v1/schema/TwinRefersT/properties', { name: 'own', dataType: ['TwinRefersT'] }),
    rest('POST /v1/schema/TwinRefersT/properties', { name: 'out', dataType: ['TwinCited'] }),
    rest('POST /v1/schema/TwinRefersT/tenants', [{ name: 'a' }, { name: 'b', activityStatus: 'INACTIVE' }]),
    put(object('TwinRefersT', 1, { t: 'x' }, { tenant: 'a' })),
    link(
      ...['a', 'b', 'zz', ''].map((tenant) => ({
        from: from('own', 1, 'TwinRefersT'),
        to: to('TwinRefersT', 1),
        ...(tenant === '' ? {} : { tenant }),
      })),
      { from: from('own', 1, 'TwinRefersT'), to: to('TwinRefersT', 98), tenant: 'a' },
      { from: from('out', 1, 'TwinRefersT'), to: to('TwinCited', 3), tenant: 'a' },
      { from: from('out', 1, 'TwinRefersT'), to: to('TwinCited', 97), tenant: 'a' },
    ),
    shown('TwinRefersT', 1, '?tenant=a'),
    rest('GET /v1/objects?class=TwinRefersT&limit=5&tenant=a'),
  ],
}
