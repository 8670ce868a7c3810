import { type Dialogue, post, rest, text } from '../dialogue.ts'

/** The server and its nodes. */
export const SERVER: Dialogue = {
  title: 'server',
  steps: [
    rest('GET /v1/.well-known/live'),
    rest('GET /v1/.well-known/ready'),
    rest('GET /v1/.well-known/openid-configuration'),
    rest('GET /v1/nope'),
    rest('GET /v1/nodes'),
    rest('GET /v1/nodes/TwinNope?output=verbose'),
  ],
}

/** Classes and properties, and how they are refused. */
export const SCHEMA: Dialogue = {
  title: 'schema',
  steps: [
    post('TwinA', { properties: [text('t'), { name: 'n', dataType: ['int'] }] }),
    rest('GET /v1/schema/TwinA'),
    rest('GET /v1/schema/twinA'),
    rest('GET /v1/schema/TwinNope'),
    post('TwinA'),
    post('TWINA'),
    post('twin-code'),
    post(''),
    rest('POST /v1/schema', {}),
    rest('POST /v1/schema', '{'),
    post('TwinB', { properties: [text('a b')] }),
    post('TwinB', { properties: [{ name: 'a', dataType: ['wat'] }] }),
    post('TwinB', { properties: [text('a'), text('A')] }),
    post('TwinB', { properties: [text('id')] }),
    post('TwinB', { properties: [{ name: 'a', dataType: ['TwinNope'] }] }),
    post('TwinB', { properties: [{ name: 'a', dataType: ['text'], tokenization: 'wat' }] }),
    post('TwinB', { vectorizer: 'text2vec-nope' }),
    post('TwinB', { multiTenancyConfig: { enabled: true }, shardingConfig: { desiredCount: 1 } }),
    rest('GET /v1/schema/TwinB'),
    rest('DELETE /v1/schema/TwinB'),
    rest('POST /v1/schema/TwinA/properties', { name: 'd', dataType: ['date'] }),
    rest('POST /v1/schema/TwinA/properties', { name: 'd', dataType: ['date'] }),
    rest('POST /v1/schema/TwinA/properties', { name: 'D', dataType: ['text'] }),
    rest('POST /v1/schema/TwinNope/properties', { name: 'd', dataType: ['date'] }),
    rest('POST /v1/schema/TwinA/properties', { name: 'Up', dataType: ['text[]'], tokenization: 'field' }),
    rest('POST /v1/schema/TwinA/properties', { name: 'o2', dataType: ['object'] }),
    rest('POST /v1/schema/TwinA/properties', { name: 'w', dataType: ['text'], tokenization: 'wat' }),
    rest('GET /v1/schema/TwinA'),
    rest('GET /v1/schema/TwinA/shards'),
    rest('GET /v1/schema/TwinNope/shards'),
    rest('GET /v1/schema/TwinA/tenants'),
    rest('GET /v1/nodes/TwinA?output=verbose'),
    post('twinLow', { invertedIndexConfig: { indexTimestamps: true }, vectorIndexConfig: { ef: 5 } }),
    post('TwinFlat', { vectorIndexType: 'flat', properties: [] }),
    rest('DELETE /v1/schema/TwinNope'),
  ],
}
