import t from 'tap'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { schemaDifferences } from '../../../lib/transform/schema/differences.ts'
import { patchSchema } from '../../../lib/transform/schema/patch.ts'
import type { SchemaTarget, SchemaWishes } from '../../../lib/transform/schema/patching.ts'
import { RULES } from '../../../lib/transform/schema/rules.ts'

const SERVER: SchemaTarget = { kind: 'weaviate', nodes: 1, modules: ['text2vec-known', 'generative-known'] }

interface Case {
  readonly input: Omit<CollectionSchema, 'class'>
  readonly becomes: object
  readonly wishes?: SchemaWishes
  /** Of the target. */
  readonly version?: string
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
  'deletion-strategy': {
    input: { replicationConfig: { factor: 1, deletionStrategy: 'TimeBasedResolution' } },
    becomes: { replicationConfig: { factor: 1, deletionStrategy: undefined } },
    version: '1.27.3',
  },
  'vectorizer-none': {
    input: { vectorConfig: { a: { vectorizer: { 'text2vec-known': {} } } } },
    becomes: { vectorConfig: { a: { vectorizer: { none: {} } } } },
    wishes: { vectorizer: 'none' },
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
    const { input, becomes, wishes, version } = CASES[name]!
    const server = { ...SERVER, ...(version !== undefined && { version }) }
    const before: CollectionSchema = { class: 'Thing', vectorizer: 'none', ...input }
    if (before.vectorConfig !== undefined || 'vectorizer' in input) {
      if (input.vectorizer === undefined) delete (before as Record<string, unknown>).vectorizer
    }
    const copy = structuredClone(before)
    const { schema, patches } = patchSchema(before, server, wishes)
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
  }
  const got = {
    class: 'Thing',
    vectorIndexType: 'hnsw',
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
  ])
})
