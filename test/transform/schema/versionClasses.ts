import type { CollectionSchema, PropertySchema } from '../../../lib/core/schema.ts'
import { isAtLeastMinor } from '../../../lib/core/value/version.ts'

/** A class without its name, and the minor release of version 1 that has all it says. */
type Rich = Omit<CollectionSchema, 'class'> & { readonly since?: number }

const text = (name: string, more: object = {}): PropertySchema => ({ name, dataType: ['text'], ...more })
const a = text('a')

const index = (
  vectorIndexType: string,
  vectorIndexConfig: object = {},
  vectorizer: object = { none: {} },
) => ({
  vectorizer,
  vectorIndexType,
  vectorIndexConfig,
})
const one = (of: object): Rich => ({ properties: [a], vectorConfig: { v: of } })

/** A class for all that a server of some version can be told. */
const CLASSES: Readonly<Record<string, Rich>> = {
  EveryType: {
    description: 'one property of every type',
    properties: [
      text('title'),
      text('body', { tokenization: 'word', indexFilterable: false }),
      text('part', { tokenization: 'trigram' }),
      text('tag', { tokenization: 'field' }),
      { name: 'tags', dataType: ['text[]'], tokenization: 'lowercase' },
      { name: 'n', dataType: ['int'], indexRangeFilters: true },
      { name: 'x', dataType: ['number'] },
      { name: 'b', dataType: ['boolean'] },
      { name: 'd', dataType: ['date'] },
      { name: 'u', dataType: ['uuid'] },
      { name: 'g', dataType: ['geoCoordinates'] },
      { name: 'p', dataType: ['phoneNumber'] },
      { name: 'blob', dataType: ['blob'] },
      {
        name: 'o',
        dataType: ['object'],
        nestedProperties: [
          text('k', { tokenization: 'lowercase' }),
          { name: 'm', dataType: ['object[]'], nestedProperties: [{ name: 'z', dataType: ['int'] }] },
        ],
      },
    ],
    invertedIndexConfig: {
      bm25: { b: 0.5, k1: 1.3 },
      stopwords: { preset: 'en', additions: ['foo'], removals: ['the'] },
      indexTimestamps: true,
      indexNullState: true,
      indexPropertyLength: true,
      cleanupIntervalSeconds: 61,
    },
    vectorIndexConfig: { distance: 'dot', ef: 77, filterStrategy: 'acorn' },
    shardingConfig: { desiredCount: 2 },
  },
  OldTypes: {
    properties: [
      { name: 's', dataType: ['string'] },
      { name: 'ss', dataType: ['string[]'], tokenization: 'field' },
    ],
  },
  Tenants: {
    properties: [a],
    multiTenancyConfig: { enabled: true, autoTenantCreation: true, autoTenantActivation: true },
  },
  Quantizers: {
    properties: [a],
    vectorConfig: {
      pq: index('hnsw', { pq: { enabled: true, segments: 4, trainingLimit: 1000 } }),
      bq: index('hnsw', { bq: { enabled: true } }),
      sq: index('hnsw', { sq: { enabled: true } }),
      flat: index('flat', { bq: { enabled: true, cache: true } }),
    },
  },
  Dynamic: {
    properties: [a],
    vectorIndexType: 'dynamic',
    vectorIndexConfig: { threshold: 5000, hnsw: { pq: { enabled: true } }, flat: { bq: { enabled: true } } },
  },
  Modules: {
    properties: [text('a', { moduleConfig: { 'text2vec-ollama': { skip: true } } }), text('c')],
    vectorizer: 'text2vec-ollama',
    moduleConfig: {
      'text2vec-ollama': { apiEndpoint: 'http://127.0.0.1:11434', model: 'm' },
      'generative-openai': { model: 'gpt-4' },
      'reranker-cohere': {},
    },
  },
  NamedModules: {
    properties: [a, text('c')],
    vectorConfig: {
      made: index('hnsw', {}, { 'text2vec-openai': { properties: ['a'], model: 'text-embedding-3-small' } }),
      own: index('hnsw'),
    },
    moduleConfig: { 'generative-openai': {} },
  },
  ForeignModules: {
    since: 40,
    ...one(index('hnsw', {}, { 'text2vec-cohere': {} })),
    moduleConfig: { 'generative-anthropic': {} },
  },
  Async: {
    properties: [a],
    replicationConfig: { factor: 1, asyncEnabled: true, deletionStrategy: 'DeleteOnConflict' },
  },
  Gse: { properties: [text('a', { tokenization: 'gse' })] },
  Korean: { properties: [text('a', { tokenization: 'kagome_kr' })] },
  Japanese: { since: 28, properties: [text('a', { tokenization: 'kagome_ja' })] },
  TimeBased: {
    since: 28,
    properties: [a],
    replicationConfig: { factor: 1, deletionStrategy: 'TimeBasedResolution' },
  },
  Chinese: { since: 30, properties: [text('a', { tokenization: 'gse_ch' })] },
  Uncompressed: { since: 33, properties: [a], vectorIndexConfig: { skipDefaultQuantization: true } },
  Rotational: {
    since: 34,
    properties: [a],
    vectorConfig: {
      eight: index('hnsw', { rq: { enabled: true, bits: 8 } }),
      one: index('hnsw', { rq: { enabled: true, bits: 1 } }),
      flat: index('flat', { rq: { enabled: true, bits: 1 } }),
      both: index('dynamic', { hnsw: { rq: { enabled: true } }, flat: { rq: { enabled: true } } }),
    },
  },
  FourBits: { since: 39, ...one(index('hnsw', { rq: { enabled: true, bits: 4 } })) },
  Expiring: {
    since: 35,
    properties: [a, { name: 'until', dataType: ['date'] }],
    objectTtlConfig: { enabled: true, defaultTtl: 3600, deleteOn: 'until', filterExpiredObjects: true },
  },
  UserDictionary: {
    since: 35,
    properties: [text('a', { tokenization: 'kagome_kr' })],
    invertedIndexConfig: {
      tokenizerUserDict: [
        { tokenizer: 'kagome_kr', replacements: [{ source: 'Weaviate', target: 'We aviate' }] },
      ],
    },
  },
  Fresh: { since: 36, ...one(index('hfresh', { distance: 'l2-squared', replicas: 5 })) },
  AsyncConfig: {
    since: 36,
    properties: [a],
    replicationConfig: { factor: 1, asyncConfig: { hashtreeHeight: 16, diffBatchSize: 1000 } },
  },
  Distinct: {
    since: 36,
    properties: [a, { name: 'self', dataType: ['Distinct'], disableDuplicatedReferences: true }],
  },
  Analyzed: {
    since: 37,
    properties: [
      text('a', { textAnalyzer: { asciiFold: true, asciiFoldIgnore: ['é'], stopwordPreset: 'mine' } }),
      {
        name: 'o',
        dataType: ['object'],
        nestedProperties: [text('k', { textAnalyzer: { asciiFold: true } })],
      },
    ],
    invertedIndexConfig: { stopwordPresets: { mine: ['foo', 'bar'] } },
  },
  Hashes: { since: 37, properties: [a, { name: 'h', dataType: ['blobHash'] }] },
}

/** Those that a server of this version can be told. */
export function classesFor(version: string): CollectionSchema[] {
  return Object.entries(CLASSES).flatMap(([name, { since = 27, ...rest }]) => {
    if (!isAtLeastMinor(version, since)) return []
    return [{ class: name, ...(rest.vectorConfig === undefined && { vectorizer: 'none' }), ...rest }]
  })
}
