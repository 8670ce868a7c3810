import type { Manifest } from '../../lib/archive/manifest.ts'
import type { Catalog } from '../../lib/catalog/catalog.ts'

const DIGEST = '0'.repeat(64)

/** Notes archives of 20 classes in two clusters, one an hour, one in fifty failed; answers the seconds it took. */
export function fillCatalog(catalog: Catalog, archives: number): number {
  const startedMs = performance.now()
  const last = Date.parse('2026-06-15T00:00:00Z')
  catalog.together(() => {
    for (let index = 0; index < archives; index++) {
      const started = new Date(last - index * 3_600_000).toISOString()
      const made = manifestOf(index, started)
      const location = `/backups/${made.collection}/${made.id}`
      const where = { root: '/backups', location, shape: 'directory' } as const
      if (index % 50 === 49) catalog.record(made, where, 'failed', 'the server went away')
      else catalog.upsert(made, where)
    }
  })
  return (performance.now() - startedMs) / 1000
}

function manifestOf(index: number, started: string): Manifest {
  const collection = `Class${index % 20}`
  const objects = (index * 7919) % 10_000
  return {
    format: 'elysiactl-archive',
    version: 1,
    id: `${started.replace(/[-:]|\.\d+/g, '').toLowerCase()}-${index.toString(16).padStart(6, '0')}`,
    started,
    finished: started,
    tool: { name: 'elysiactl', version: '0.1.0' },
    source: { target: `http://node-${index % 2}:8080`, kind: 'weaviate', version: '1.37.2', nodes: [] },
    collection,
    content: 'full',
    schema: { class: collection, vectorIndexType: 'hnsw', vectorizer: 'none' },
    schema_sha256: DIGEST,
    encoding: {
      format: index % 3 === 0 ? 'parquet' : 'jsonl',
      compression: 'zstd',
      level: 3,
      library: 'zstd',
      vectors: 'base64',
    },
    aliases: [],
    ranges: [{}],
    parts: [],
    totals: { objects, vectors: objects, bytes: objects * 700, raw_bytes: objects * 2100, digest: DIGEST },
    counts: { before: objects, after: objects, written: objects },
    consistency: 'a scan in order of id, not a point in time; the counts before and after it agree',
    tags: [index % 24 === 0 ? 'daily' : 'hourly', ...(index % 1000 === 0 ? ['gold'] : [])],
  }
}
