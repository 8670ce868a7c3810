import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { schemaDigest, schemaText } from '../../lib/archive/archive.ts'
import type { Manifest, Part, Plan } from '../../lib/archive/manifest.ts'
import { manifestText } from '../../lib/archive/manifestFile.ts'
import { sumOfDigests } from '../../lib/archive/object/digest.ts'

const SCHEMA = {
  class: 'Article',
  vectorConfig: {
    text: { vectorizer: { none: {} }, vectorIndexType: 'hnsw', vectorIndexConfig: { distance: 'dot' } },
  },
}

/** What a test says of an archive. */
export interface Told extends Partial<Omit<Manifest, 'parts' | 'totals'>> {
  /** The contents of its parts. */
  readonly contents?: readonly string[]
}

/** The manifest of a complete archive of class Article, but for what is told; one part of five bytes. */
export function manifest({ contents = ['part\n'], ...told }: Told = {}): Manifest {
  const { counts: _, ...plan } = planned(told)
  const parts = contents.map((content, index) => partOf(`parts/${index}.jsonl`, content))
  const sum = (key: 'objects' | 'vectors' | 'bytes' | 'raw_bytes') =>
    parts.reduce((all, part) => all + part[key], 0)
  return {
    ...plan,
    finished: told.finished ?? plan.started,
    parts,
    totals: {
      objects: sum('objects'),
      vectors: sum('vectors'),
      bytes: sum('bytes'),
      raw_bytes: sum('raw_bytes'),
      digest: sumOfDigests(parts.map(({ digest }) => digest)),
    },
    counts: { before: parts.length, after: parts.length, written: parts.length },
    consistency: 'a scan in order of id',
    ...told,
  }
}

/** The plan of a backup that has begun. */
export function planned({ counts: _, ...told }: Omit<Told, 'contents'> = {}): Plan {
  const schema = { ...SCHEMA, class: told.collection ?? 'Article' }
  return {
    format: 'elysiactl-archive',
    version: 1,
    id: 'archive-1',
    started: '2026-06-01T00:00:00.000Z',
    tool: { name: 'elysiactl', version: '0.1.0' },
    source: { target: 'http://here:8080', kind: 'weaviate', version: '1.37.2', nodes: [] },
    collection: schema.class,
    content: 'full',
    schema,
    schema_sha256: schemaDigest(schema),
    encoding: { format: 'jsonl', compression: 'zstd', level: 3, library: 'zstd-napi 1', vectors: 'base64' },
    aliases: [],
    ranges: [{}],
    tags: [],
    ...told,
    counts: { before: 1 },
  }
}

function partOf(file: string, content: string): Part {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const bytes = Buffer.byteLength(content)
  return { file, range: 0, objects: 1, vectors: 1, bytes, raw_bytes: bytes * 10, sha256, digest: sha256 }
}

/** Writes the archive of a manifest into a directory, with contents as `manifest` was told. */
export function writeArchive(
  directory: string,
  made: Manifest,
  contents: readonly string[] = ['part\n'],
): void {
  for (const [index, { file }] of made.parts.entries()) write(join(directory, file), contents[index]!)
  write(join(directory, 'schema.json'), schemaText(made.schema))
  write(join(directory, 'manifest.copy.json'), manifestText(made))
  write(join(directory, 'manifest.json'), manifestText(made))
}

/** Writes what an interrupted backup leaves. */
export function writeUnfinished(directory: string, plan: Plan): void {
  write(join(directory, 'parts.jsonl'), `${JSON.stringify({ plan })}\n`)
  write(join(directory, 'parts/r0000-00000.jsonl'), 'part\n')
  write(join(directory, 'parts/r0000-00001.jsonl.unfinished-0123abcd'), 'pa')
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
