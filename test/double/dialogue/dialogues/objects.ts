import { type Dialogue, id, object, oneOf, post, put, rest, search } from '../dialogue.ts'
import { REFERENCE, TYPED } from './typed.ts'

/** Objects by REST, one at a time. */
export const ONE_BY_ONE: Dialogue = {
  title: 'objects one by one',
  steps: [
    TYPED,
    REFERENCE,
    put(object('TwinTypes', 1, { p_text: 'target' })),
    rest('POST /v1/objects', {
      class: 'TwinTypes',
      id: id(90),
      properties: { p_text: 'a' },
      vector: [1, 2],
    }),
    rest('POST /v1/objects', { class: 'TwinTypes', id: id(90), properties: { p_text: 'a' } }),
    rest('POST /v1/objects', { class: 'TwinTypes', id: id(91), properties: { p_text: 5 } }),
    rest('POST /v1/objects', { class: 'TwinTypes', id: 'zzz', properties: {} }),
    rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', properties: { p_int: 5 } }),
    rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
    rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, {
      class: 'TwinTypes',
      properties: { p_text: null, ref: [{ beacon: `weaviate://localhost/TwinTypes/${id(1)}` }] },
    }),
    rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, {
      properties: { ref: [{ beacon: `weaviate://localhost/TwinTypes/${id(1)}` }] },
      vector: [3, 4],
    }),
    rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
    rest(`PATCH /v1/objects/TwinTypes/${id(99)}`, { class: 'TwinTypes', properties: { p_int: 5 } }),
    rest(`PATCH /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', properties: { p_int: '5' } }),
    rest(`PATCH /v1/objects/TwinNope/${id(90)}`, { class: 'TwinNope', properties: { p_int: 5 } }),
    rest(`PUT /v1/objects/TwinTypes/${id(90)}`, {
      class: 'TwinTypes',
      id: id(90),
      properties: { p_int: 6 },
    }),
    rest(`GET /v1/objects/TwinTypes/${id(90)}?include=vector`),
    rest(`PUT /v1/objects/TwinTypes/${id(99)}`, { class: 'TwinTypes', id: id(99), properties: {} }),
    rest(`PUT /v1/objects/TwinTypes/${id(90)}`, { class: 'TwinTypes', id: id(99), properties: {} }),
    rest(`PUT /v1/objects/TwinTypes/${id(90)}`, {
      class: 'TwinTypes',
      id: id(90),
      properties: { p_int: 'x' },
    }),
    rest(`PUT /v1/objects/TwinNope/${id(90)}`, { class: 'TwinNope', id: id(90), properties: {} }),
    rest(`GET /v1/objects/TwinTypes/${id(3)}`),
    rest(`HEAD /v1/objects/TwinTypes/${id(3)}`),
    rest(`HEAD /v1/objects/TwinTypes/${id(1)}`),
    rest(`GET /v1/objects/TwinNope/${id(3)}`),
    rest(`HEAD /v1/objects/TwinNope/${id(3)}`),
    rest('GET /v1/objects/TwinTypes/zzz'),
    rest(`DELETE /v1/objects/TwinNope/${id(3)}`),
    rest(`DELETE /v1/objects/TwinTypes/${id(3)}`),
    rest(`DELETE /v1/objects/TwinTypes/${id(90)}`),
    rest(`GET /v1/objects/TwinTypes/${id(90)}`),
    rest('DELETE /v1/objects/TwinTypes/zzz'),
    put({
      ...object('TwinTypes', 92, { p_text: 'x' }),
      properties: { singleTargetRefProps: [{ uuids: [id(1)], propName: 'ref' }] },
    }),
    rest(`GET /v1/objects/TwinTypes/${id(92)}`),
  ],
}

/** Ids in all their spellings, twice in a batch, and empty batches. */
export const IDS: Dialogue = {
  title: 'ids',
  steps: [
    post('TwinIds'),
    ...[
      'zzz',
      '',
      `{${id(65)}}`,
      id(66).replaceAll('-', ''),
      `urn:uuid:${id(67)}`,
      `urn:nope:${id(67)}`,
      `${id(68).slice(0, -1)}g`,
      id(69).toUpperCase(),
      id(70).replaceAll('-', '_'),
    ].map((uuid) => put({ ...object('TwinIds', 0, { t: uuid }), uuid })),
    put({ uuid: id(71), collection: 'TwinIds' }),
    put({ ...object('TwinIds', 72), collection: '' }),
    put(...[1, 2, 3].map((n) => object('TwinIds', 73, { t: `version ${n}` }))),
    put(
      object('TwinIds', 74, { t: 'a' }),
      object('TwinIds', 75, { t: 5 }),
      object('TwinIds', 76, { t: 'c' }),
    ),
    put(object('twinIds', 77, { t: 'lower' })),
    put(object('TwinIds', 78, {}, { tenant: 'x' })),
    put(),
    search('TwinIds'),
    search('TwinIds', { filters: oneOf(id(69).toUpperCase()) }),
    search('TwinIds', { filters: oneOf(id(69)) }),
    rest('POST /v1/batch/objects', { objects: [] }),
    rest('POST /v1/batch/objects', '{'),
    rest('POST /v1/batch/objects', { objects: [{ class: 'TwinIds', id: 'zzz' }] }),
    rest('POST /v1/batch/objects', {
      objects: [
        { class: 'TwinIds', id: id(80), properties: { t: 'a' } },
        { class: 'twinIds', id: id(81).toUpperCase(), properties: { t: 5 } },
      ],
    }),
    rest(`GET /v1/objects/TwinIds/${id(80)}`),
    rest(`GET /v1/objects/TwinIds/${id(80).toUpperCase()}`),
  ],
}
