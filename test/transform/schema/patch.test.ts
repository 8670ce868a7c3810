import t from 'tap'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { schemaDifferences } from '../../../lib/transform/schema/differences.ts'
import { lossesIn, patchRefused, patchSchema } from '../../../lib/transform/schema/patch.ts'
import { RULES } from '../../../lib/transform/schema/rules/rules.ts'
import type { SchemaRequests, SchemaTarget } from '../../../lib/transform/schema/schemaDraft.ts'

const SERVER: SchemaTarget = { kind: 'weaviate', nodes: 1, modules: ['text2vec-known', 'generative-known'] }

interface Case {
  readonly input: Omit<CollectionSchema, 'class'>
  readonly becomes: object
  readonly wishes?: SchemaRequests
  /** Of the target. */
  readonly version?: string
  readonly nodes?: number
  /** What the target says that refuses the class. */
  readonly refused?: string
}

/** For each rule what it meets, and what it makes of it. */
const CASES: Readonly<Record<string, Case>> = {
  name: { input: {}, becomes: { class: 'New' }, wishes: { name: 'New' } },
  'reference-to-itself': {
    input: { properties: [{ name: 'next', dataType: ['Thing', 'Other'] }] },
    becomes: { properties: [{ name: 'next', dataType: ['New', 'Other'] }] },
    wishes: { name: 'New' },
  },
  'sharding-with-tenants': {
    input: { multiTenancyConfig: { enabled: true }, shardingConfig: { desiredCount: 0 } },
    becomes: { multiTenancyConfig: { enabled: true } },
  },
  'sharding-as-it-was': {
    input: { shardingConfig: { desiredCount: 3, actualCount: 3, actualVirtualCount: 384 } },
    becomes: { shardingConfig: { desiredCount: 3 } },
  },
  replication: {
    input: { replicationConfig: { factor: 3, deletionStrategy: 'x' } },
    becomes: { replicationConfig: { factor: 1, deletionStrategy: 'x' } },
  },
  'replication-asked': {
    input: { replicationConfig: { factor: 1 } },
    becomes: { replicationConfig: { factor: 3 } },
    wishes: { replication: 3 },
    nodes: 3,
  },
  'replication-bounds': {
    input: { replicationConfig: { factor: 1 } },
    becomes: { replicationConfig: { factor: 2 } },
    nodes: 3,
    refused: 'invalid replication factor: setup requires a minimum replication factor of 2: got 1',
  },
  'replication-async': {
    input: { replicationConfig: { factor: 1, asyncEnabled: true } },
    becomes: { replicationConfig: { factor: 1, asyncEnabled: undefined } },
    version: '1.38.0',
  },
  'deletion-strategy': {
    input: { replicationConfig: { factor: 1, deletionStrategy: 'TimeBasedResolution' } },
    becomes: { replicationConfig: { factor: 1, deletionStrategy: undefined } },
    version: '1.27.3',
  },
  'vectorizer-unknown': {
    input: { vectorizer: 'text2vec-strange' },
    becomes: { vectorizer: 'none' },
  },
  'vectorizer-unsaid': { input: { vectorizer: undefined }, becomes: { vectorizer: 'none' } },
  'module-unknown': {
    input: { moduleConfig: { 'generative-known': {}, 'reranker-strange': {} } },
    becomes: { moduleConfig: { 'generative-known': {} } },
  },
  'property-module': {
    input: {
      properties: [{ name: 'a', dataType: ['text'], moduleConfig: { 'text2vec-known': { skip: true } } }],
    },
    becomes: { properties: [{ name: 'a', dataType: ['text'], moduleConfig: {} }] },
  },
  'vector-dropped': {
    input: {
      vectorConfig: {
        a: { vectorIndexType: 'none', vectorizer: { none: {} } },
        b: { vectorizer: { none: {} } },
      },
    },
    becomes: { vectorConfig: { b: { vectorizer: { none: {} } } } },
  },
  'index-unknown': {
    input: { vectorIndexType: 'hfresh', vectorIndexConfig: { distance: 'l2-squared', replicas: 4 } },
    becomes: { vectorIndexType: 'hnsw', vectorIndexConfig: { distance: 'l2-squared', replicas: undefined } },
    version: '1.32.0',
  },
  'index-dynamic-off': {
    input: {
      vectorIndexType: 'dynamic',
      vectorIndexConfig: { distance: 'dot', threshold: 9, hnsw: { ef: 7 }, flat: {} },
    },
    becomes: { vectorIndexType: 'hnsw', vectorIndexConfig: { distance: 'dot', ef: 7, flat: undefined } },
    refused: 'the dynamic index can only be created under async indexing environment',
  },
  'index-connections': {
    input: { vectorIndexType: 'hnsw', vectorIndexConfig: { maxConnections: 4096 } },
    becomes: { vectorIndexConfig: { maxConnections: 2047 } },
    version: '1.32.0',
  },
  'quantizer-unknown': {
    input: {
      vectorConfig: {
        a: {
          vectorizer: { none: {} },
          vectorIndexType: 'hnsw',
          vectorIndexConfig: { rq: { enabled: true, bits: 1 } },
        },
        b: {
          vectorizer: { none: {} },
          vectorIndexType: 'hnsw',
          vectorIndexConfig: { rq: { enabled: true, bits: 4 } },
        },
      },
    },
    becomes: {
      vectorConfig: {
        a: { vectorIndexConfig: { rq: undefined, bq: { enabled: true } } },
        b: { vectorIndexConfig: { rq: { enabled: true, bits: 8 } } },
      },
    },
    version: '1.32.0',
  },
  'quantizer-unsaid': {
    input: { vectorIndexType: 'hnsw', vectorIndexConfig: { ef: 7 } },
    becomes: { vectorIndexConfig: { ef: 7, skipDefaultQuantization: true } },
    version: '1.33.0',
  },
  'multivector-encoding': {
    input: {
      vectorConfig: {
        a: {
          vectorizer: { none: {} },
          vectorIndexType: 'hnsw',
          vectorIndexConfig: { multivector: { enabled: true, muvera: { enabled: true } } },
        },
      },
    },
    becomes: { vectorConfig: { a: { vectorIndexConfig: { multivector: { muvera: undefined } } } } },
    version: '1.29.0',
  },
  'reference-distinct': {
    input: { properties: [{ name: 'a', dataType: ['Thing'], disableDuplicatedReferences: true }] },
    becomes: { properties: [{ name: 'a', dataType: ['Thing'] }] },
    version: '1.35.0',
  },
  'time-to-live': {
    input: { objectTtlConfig: { enabled: true } },
    becomes: { objectTtlConfig: undefined },
    version: '1.34.0',
  },
  'time-to-live-off': {
    input: { objectTtlConfig: { enabled: true } },
    becomes: { objectTtlConfig: undefined },
    refused: 'requires a running background scheduler. Set OBJECTS_TTL_DELETE_SCHEDULE to activate it',
  },
  'tokenizer-unknown': {
    input: {
      properties: [
        { name: 'a', dataType: ['text'], tokenization: 'kagome_ja' },
        {
          name: 'o',
          dataType: ['object'],
          nestedProperties: [{ name: 'k', dataType: ['text'], tokenization: 'gse_ch' }],
        },
      ],
    },
    becomes: {
      properties: [{ tokenization: 'trigram' }, { nestedProperties: [{ tokenization: 'word' }] }],
    },
    version: '1.27.0',
  },
  'tokenizer-off': {
    input: { properties: [{ name: 'a', dataType: ['text'], tokenization: 'gse' }] },
    becomes: { properties: [{ name: 'a', tokenization: 'trigram' }] },
    refused: "the GSE tokenizer is not enabled; set 'ENABLE_TOKENIZER_GSE' to 'true' to enable",
  },
  'tokenizer-dictionary': {
    input: { invertedIndexConfig: { tokenizerUserDict: [{ tokenizer: 'kagome_kr' }] } },
    becomes: { invertedIndexConfig: { tokenizerUserDict: undefined } },
    version: '1.34.0',
  },
  'text-analyzer': {
    input: {
      properties: [{ name: 'a', dataType: ['text'], textAnalyzer: { stopwordPreset: 'mine' } }],
      invertedIndexConfig: { stopwordPresets: { mine: ['foo'] } },
    },
    becomes: { properties: [{ name: 'a' }], invertedIndexConfig: { stopwordPresets: undefined } },
    version: '1.36.0',
  },
  'block-max-wand': {
    input: { invertedIndexConfig: { usingBlockMaxWAND: true } },
    becomes: { invertedIndexConfig: { usingBlockMaxWAND: undefined } },
    version: '1.29.0',
  },
  'property-internal': {
    input: { properties: [{ name: 'a', dataType: ['text'], searchableBlockmax: true, bucketGeneration: 1 }] },
    becomes: { properties: [{ name: 'a', dataType: ['text'] }] },
  },
  'index-inverted': {
    input: { properties: [{ name: 'a', dataType: ['int'], indexInverted: true, indexFilterable: true }] },
    becomes: { properties: [{ name: 'a', dataType: ['int'], indexFilterable: true }] },
  },
  'string-type': {
    input: { properties: [{ name: 'a', dataType: ['string[]'], tokenization: 'field' }] },
    becomes: { properties: [{ name: 'a', dataType: ['text[]'], tokenization: 'field' }] },
  },
  'blob-hash': {
    input: { properties: [{ name: 'a', dataType: ['blobHash'] }] },
    becomes: { properties: [{ name: 'a', dataType: ['text'] }] },
  },
}

for (const { name } of RULES) {
  t.test(`rule ${name}: changes what it is about, says so, and is content with the result`, async (t) => {
    const { input, becomes, wishes, version, nodes = 1, refused } = CASES[name]!
    const server = { ...SERVER, nodes, ...(version !== undefined && { version }) }
    const before: CollectionSchema = { class: 'Thing', vectorizer: 'none', ...input }
    if (before.vectorConfig !== undefined || 'vectorizer' in input) {
      if (input.vectorizer === undefined) delete (before as Record<string, unknown>).vectorizer
    }
    const copy = structuredClone(before)
    const patched = refused === undefined ? undefined : patchRefused(before, server, refused)
    const { schema, patches } = patched ?? patchSchema(before, server, wishes)
    t.match(schema, becomes)
    t.strictSame(before, copy, 'what was given stays')
    const own = patches.filter(({ rule }) => rule === name)
    t.ok(own.length > 0)
    for (const patch of own) t.ok(patch.path !== '' && patch.reason !== '')
    t.strictSame(patchSchema(schema, server).patches, [])
  })
}

t.test('an embedded store takes every class as it is', async (t) => {
  const schema = { class: 'Thing', replicationConfig: { factor: 3 }, vectorizer: 'text2vec-strange' }
  t.strictSame(patchSchema(schema, { kind: 'sqlite', nodes: 1 }), { schema, patches: [] })
})

t.test('a strategy of deletion that the target knows stays', async (t) => {
  const input = (deletionStrategy: string) => ({
    class: 'Thing',
    vectorizer: 'none',
    replicationConfig: { deletionStrategy },
  })
  const newer = patchSchema(input('TimeBasedResolution'), { ...SERVER, version: '1.28.0' })
  const older = patchSchema(input('DeleteOnConflict'), { ...SERVER, version: '1.27.0' })
  t.strictSame([newer.patches, older.patches], [[], []])
})

t.test('where the modules of a target are not known its own words decide', async (t) => {
  const schema = { class: 'Thing', vectorizer: 'text2vec-strange', moduleConfig: { 'reranker-strange': {} } }
  t.strictSame(patchSchema(schema, { kind: 'weaviate', nodes: 1 }).patches, [])
})

t.test('a refusal that no rule knows, or that is about nothing in the class, changes nothing', async (t) => {
  const dynamic = { class: 'Thing', vectorIndexType: 'dynamic' }
  const words = 'the dynamic index can only be created when async indexing is enabled'
  t.equal(patchRefused(dynamic, SERVER, 'it is full'), undefined)
  t.equal(patchRefused({ class: 'Thing', vectorIndexType: 'hnsw' }, SERVER, words), undefined)
  t.match(patchRefused(dynamic, SERVER, words)?.schema, { vectorIndexType: 'hnsw' })
})

t.test('what is lost is told from what was asked for and from what is said in other words', async (t) => {
  const schema = {
    class: 'Thing',
    vectorizer: 'text2vec-strange',
    shardingConfig: { desiredCount: 1, actualCount: 1 },
    replicationConfig: { factor: 3 },
  }
  const { patches } = patchSchema(schema, SERVER, { name: 'New', replication: 1 })
  t.strictSame(
    lossesIn(patches).map(({ rule }) => rule),
    ['vectorizer-unknown'],
  )
})

t.test('what a server drops or changes is a difference, what it adds is none', async (t) => {
  const wanted = {
    class: 'Thing',
    description: '',
    objectTtlConfig: { enabled: true },
    invertedIndexConfig: { bm25: { b: 0.75, k1: 1.2 }, stopwords: { additions: null } },
    properties: [
      { name: 'b', dataType: ['text'], textAnalyzer: { a: 1 } },
      { name: 'a', dataType: ['int'] },
    ],
    vectorIndexConfig: { rq: { enabled: false, bits: 8 }, skipDefaultQuantization: false, skip: false },
  }
  const got = {
    class: 'Thing',
    vectorIndexType: 'hnsw',
    vectorIndexConfig: { skip: true },
    invertedIndexConfig: { bm25: { b: 0.5, k1: 1.2 }, stopwords: { preset: 'en' } },
    properties: [
      { name: 'a', dataType: ['int'], indexFilterable: true },
      { name: 'b', dataType: ['text'] },
    ],
  }
  t.strictSame(schemaDifferences(wanted, got), [
    { path: 'objectTtlConfig', wanted: { enabled: true } },
    { path: 'invertedIndexConfig.bm25.b', wanted: 0.75, got: 0.5 },
    { path: 'properties.b.textAnalyzer', wanted: { a: 1 } },
    { path: 'vectorIndexConfig.skip', wanted: false, got: true },
  ])
})
