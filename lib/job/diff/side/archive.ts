import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Archive } from '../../../archive/archive.ts'
import { type Chain, isIncrement, spoiled, statesOf } from '../../../archive/chain/chain.ts'
import { chainObjects } from '../../../archive/chain/objects.ts'
import type { IndexPart, Manifest, Part, Plan } from '../../../archive/manifest.ts'
import { hashFile } from '../../../archive/part/confirm.ts'
import { archiveObjects } from '../../../archive/part/objects.ts'
import { damaged } from '../../../archive/part/read.ts'
import { singleObjects } from '../../../archive/single/objects.ts'
import { readSingle } from '../../../archive/single/read.ts'
import { pool } from '../../../async/pool.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { DiffSide } from './side.ts'

const CHUNK_BYTES = 256 * 1024
const CHECKED_AT_ONCE = 2

/**
 * An archive in a directory as a side of a comparison, an increment with its bases: the collection as it was then. All
 * files are as they were written before any object is compared.
 */
export function archiveSide(chain: Chain): DiffSide {
  const { manifest, storage } = chain.newest
  return {
    name: storage.text,
    ...factsOf(manifest),
    about: statesOf(chain).all.objects,
    check: (signal) => pool(filesIn(chain), { workers: CHECKED_AT_ONCE, signal }, checkFile),
    open: async () => (isIncrement(manifest) ? chainObjects(chain) : archiveObjects(chain.newest)),
    close: async () => {},
  }
}

/**
 * An archive in one file. It is read twice: once to its trailer, so that nothing of a damaged one is compared, and once
 * for the comparison. @throws ElysiaError ELYSIA_DAMAGED where it does not begin as one
 */
export async function singleSide(path: string): Promise<DiffSide> {
  const bytes = () => createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const { plan, pages } = await readSingle(bytes())
  pages.on('error', () => {})
  pages.destroy()
  return {
    name: path,
    ...factsOf(plan),
    about: plan.counts.before,
    check: async (signal) => {
      // Its lines may be spelled in another way: each object counts as it is parsed.
      const { pages } = await readSingle(bytes(), { foreign: true })
      await pipeline(pages, new Writable({ objectMode: true, write: (_page, _, done) => done() }), { signal })
    },
    open: () => singleObjects(bytes),
    close: async () => {},
  }
}

function factsOf({ schema, source, tenants, aliases, encoding, selection }: Manifest | Plan) {
  return {
    schema: schema as unknown as CollectionSchema,
    kind: source.kind,
    version: source.version,
    ...(tenants && { tenants }),
    aliases,
    ...(selection && { selection }),
    withoutVectors: encoding.vectors === 'none',
    isCut: true,
  }
}

/** A file of an archive, and what its manifest says of it. */
interface DeclaredFile {
  readonly chain: Chain
  readonly archive: Archive
  readonly file: Part | IndexPart
}

function* filesIn(chain: Chain): Generator<DeclaredFile> {
  for (const archive of chain.links) {
    const { parts, index = [] } = archive.manifest
    for (const file of isIncrement(archive.manifest) ? [...parts, ...index] : parts)
      yield { chain, archive, file }
  }
}

async function checkFile({ chain, archive, file }: DeclaredFile, signal: AbortSignal): Promise<void> {
  const stored = await hashFile(archive.storage, file.file, signal).catch((error: unknown) => {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  })
  if (stored?.sha256 === file.sha256) return
  const fact = stored === undefined ? 'is missing' : 'has a SHA-256 that does not match the manifest'
  const isAlone = chain.links.length === 1
  throw isAlone
    ? damaged(file, fact)
    : spoiled(chain.newest, archive.manifest.id, new Error(`${file.file} ${fact}`))
}
