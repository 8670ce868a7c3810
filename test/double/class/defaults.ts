import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { isObject, object } from '../value/json.ts'

const OFF = { enabled: false }
const FLAT_OFF = { enabled: false, rescoreLimit: -1, cache: false }
/** Index settings of a class that says nothing of them, as a server of version 1.39 shows them. */
export const HNSW: JsonObject = {
  skip: false,
  cleanupIntervalSeconds: 300,
  maxConnections: 32,
  efConstruction: 128,
  ef: -1,
  dynamicEfMin: 100,
  dynamicEfMax: 500,
  dynamicEfFactor: 8,
  vectorCacheMaxObjects: 1e12,
  flatSearchCutoff: 40000,
  distance: 'cosine',
  pq: {
    enabled: false,
    bitCompression: false,
    segments: 0,
    centroids: 256,
    trainingLimit: 100000,
    encoder: { type: 'kmeans', distribution: 'log-normal' },
  },
  bq: OFF,
  sq: { enabled: false, trainingLimit: 100000, rescoreLimit: 20 },
  rq: { enabled: false, bits: 8, rescoreLimit: 20 },
  filterStrategy: 'acorn',
  multivector: {
    enabled: false,
    muvera: { enabled: false, ksim: 4, dprojections: 16, repetitions: 10 },
    aggregation: 'maxSim',
  },
  skipDefaultQuantization: false,
  trackDefaultQuantization: false,
}
/** The same of a flat index. */
export const FLAT: JsonObject = {
  distance: 'cosine',
  vectorCacheMaxObjects: 1e12,
  pq: FLAT_OFF,
  bq: FLAT_OFF,
  sq: FLAT_OFF,
  rq: { ...FLAT_OFF, bits: 8 },
  skipDefaultQuantization: false,
  trackDefaultQuantization: false,
}
/** What the inverted index of a class is by default. */
export const INVERTED: JsonObject = {
  bm25: { b: 0.75, k1: 1.2 },
  cleanupIntervalSeconds: 60,
  stopwords: { additions: null, preset: 'en', removals: null },
  usingBlockMaxWAND: true,
}
/** How a class without tenants is sharded on one node. */
export const SHARDING: JsonObject = {
  virtualPerPhysical: 128,
  desiredCount: 1,
  actualCount: 1,
  desiredVirtualCount: 128,
  actualVirtualCount: 128,
  key: '_id',
  strategy: 'hash',
  function: 'murmur3',
}
/** What is shown of a class with tenants. */
export const NO_SHARDING: JsonObject = {
  virtualPerPhysical: 0,
  desiredCount: 0,
  actualCount: 0,
  desiredVirtualCount: 0,
  actualVirtualCount: 0,
  key: '',
  strategy: '',
  function: '',
}

/** The defaults with what was given in their place, at every depth. */
export function merge(defaults: JsonObject, input: Json | undefined): JsonObject {
  const merged: JsonObject = { ...defaults }
  for (const [key, value] of Object.entries(object(input))) {
    const base = merged[key]
    merged[key] = isObject(base) && isObject(value) ? merge(base, value) : value
  }
  return merged
}
