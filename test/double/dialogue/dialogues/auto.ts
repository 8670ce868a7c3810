import { type Dialogue, id, object, put, rest } from '../dialogue.ts'

/** What a server makes of classes and properties that nobody described. */
export const AUTO_SCHEMA: Dialogue = {
  title: 'auto-schema',
  steps: [
    put(object('TwinNew', 1)),
    rest('GET /v1/schema/TwinNew'),
    put(object('twin-new', 1)),
    put(object('TWINNEW', 1)),
    put(
      object('TwinNew', 2, {
        n_text: 'x',
        n_int: 5,
        n_bool: true,
        n_date: '2024-01-01T00:00:00Z',
        n_uuid: id(1),
        n_geo: { latitude: 1, longitude: 2 },
        n_obj: { a: 1, b: 'x' },
        n_texts: ['a'],
        n_ints: [1, 2],
        n_dates: ['2024-01-01T00:00:00Z'],
        n_objs: [{ a: 1 }],
        n_empty: [],
        N_Up: 'x',
        n_null: null,
      }),
    ),
    rest('GET /v1/schema/TwinNew'),
    rest(`GET /v1/objects/TwinNew/${id(2)}`),
    put(object('TwinNew', 3, { 'bad name': 'x' })),
    put(object('TwinNew', 3, { N_TEXT: 'x' })),
    put(object('TwinNew', 3, { id: 'x' })),
    put(object('TwinNew', 3, { n_obj: { c: 5 } })),
    rest('POST /v1/batch/objects', {
      objects: [
        { class: 'TwinNew', id: id(4), properties: { r_num: 5.5, r_int: 5, r_ints: [5], r_null: null } },
      ],
    }),
    rest('GET /v1/schema/TwinNew'),
  ],
}
