import { bytes, type Dialogue, id, object, post, put, rest, rows, search } from '../dialogue.ts'

/** Unnamed, named and multi-vectors, of right and wrong lengths. */
export const VECTORS: Dialogue = {
  title: 'vectors',
  steps: [
    post('TwinVector'),
    put(object('TwinVector', 1, {}, { vectorBytes: bytes(1, 2, 3.14) })),
    put(
      object('TwinVector', 2, {}, { vectorBytes: bytes(1, 2) }),
      object('TwinVector', 3),
      object('TwinVector', 4, {}, { vectors: [{ name: 'default', vectorBytes: bytes(4, 5, 6), type: 1 }] }),
      object('TwinVector', 5, {}, { vectors: [{ name: 'x', vectorBytes: bytes(4, 5, 6), type: 1 }] }),
      object('TwinVector', 6, {}, { vectorBytes: new Uint8Array([1, 2, 3]) }),
    ),
    search('TwinVector', { metadata: { uuid: true, vector: true } }),
    search('TwinVector', { metadata: { uuid: true, vectors: ['x'] } }),
    rest('GET /v1/objects?class=TwinVector&limit=9&include=vector'),
    rest('GET /v1/objects?class=TwinVector&limit=1'),
    rest(`GET /v1/objects/TwinVector/${id(1)}?include=vector`),
    put(object('TwinVector', 1, { t: 'replaced' })),
    rest(`GET /v1/objects/TwinVector/${id(1)}?include=vector`),
    rest('POST /v1/schema', {
      class: 'TwinNamed',
      properties: [],
      vectorConfig: {
        a: { vectorizer: { none: {} }, vectorIndexType: 'hnsw' },
        b: { vectorizer: { none: {} }, vectorIndexType: 'flat' },
        m: {
          vectorizer: { none: {} },
          vectorIndexType: 'hnsw',
          vectorIndexConfig: { multivector: { enabled: true } },
        },
      },
    }),
    put(
      object(
        'TwinNamed',
        1,
        {},
        {
          vectors: [
            { name: 'a', vectorBytes: bytes(1, 2), type: 1 },
            { name: 'b', vectorBytes: bytes(1, 2, 3) },
            { name: 'm', vectorBytes: rows(2, 1, 2, 3, 4), type: 2 },
          ],
        },
      ),
    ),
    put(
      object('TwinNamed', 2, {}, { vectors: [{ name: 'a', vectorBytes: bytes(1, 2, 3), type: 1 }] }),
      object('TwinNamed', 3, {}, { vectors: [{ name: 'zz', vectorBytes: bytes(1, 2), type: 1 }] }),
      object('TwinNamed', 4, {}, { vectorBytes: bytes(1, 2) }),
      object('TwinNamed', 5, {}, { vectors: [{ name: 'm', vectorBytes: bytes(1, 2), type: 1 }] }),
      object('TwinNamed', 6),
      object('TwinNamed', 7, {}, { vectors: [{ name: 'a', vectorBytes: rows(2, 1, 2), type: 2 }] }),
    ),
    search('TwinNamed', { metadata: { uuid: true, vector: true } }),
    search('TwinNamed', { metadata: { uuid: true, vectors: ['a', 'm'] } }),
    rest('GET /v1/objects?class=TwinNamed&limit=9&include=vector'),
    rest('GET /v1/schema/TwinNamed'),
    rest('POST /v1/batch/objects', {
      objects: [
        {
          class: 'TwinNamed',
          id: id(8),
          vectors: {
            a: [1, 2],
            m: [
              [1, 2],
              [3, 4],
            ],
          },
        },
        { class: 'TwinNamed', id: id(9), vectors: { a: [[1, 2]] } },
      ],
    }),
    rest('POST /v1/schema', {
      class: 'TwinOnly',
      properties: [],
      vectorConfig: { only: { vectorizer: { none: {} }, vectorIndexType: 'flat' } },
    }),
    put(object('TwinOnly', 1, {}, { vectorBytes: bytes(1, 2) })),
    rest(`GET /v1/objects/TwinOnly/${id(1)}?include=vector`),
  ],
}
