import { type Dialogue, id, object, post, put, rest, rpc, search } from '../dialogue.ts'

/** Texts that are hard to carry. */
export const TEXTS: Dialogue = {
  title: 'texts',
  steps: [
    post('TwinTexts'),
    put(
      object('TwinTexts', 1, { t: '' }),
      object('TwinTexts', 2, { t: 'a\u0000b\r\n\t\u2028' }),
      object('TwinTexts', 3, { t: '\ud83d\ude00 \ufeff e\u0301 \uffff' }),
      object('TwinTexts', 4, { t: '"\\<>&\u007f' }),
    ),
    search('TwinTexts'),
    rest('GET /v1/objects?class=TwinTexts&limit=10'),
    put(object('TwinTexts', 5, { t: 'fine' }), object('TwinTexts', 6, { t: 'half \ud800 a pair' })),
    rpc('aggregate', { collection: 'TwinTexts', objectsCount: true }),
    put({ uuid: id(7), collection: 'TwinTexts', properties: { nonRefProperties: { 't\udc00': 'x' } } }),
    search('TwinTexts', { after: '\ud800' }),
    rest('POST /v1/batch/objects', {
      objects: [{ class: 'TwinTexts', id: id(8), properties: { t: 'half \ud800 a pair' } }],
    }),
    rest(`GET /v1/objects/TwinTexts/${id(8)}`),
  ],
}
