import { createReadStream } from 'node:fs'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Archive } from '../../../archive/archive.ts'
import type { Manifest, Plan } from '../../../archive/manifest.ts'
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

/** An archive in a directory as a side of a comparison: all its files are as they were written before any is compared. */
export function archiveSide(archive: Archive): DiffSide {
  const { storage, manifest } = archive
  return {
    name: storage.text,
    ...factsOf(manifest),
    about: manifest.totals.objects,
    check: (signal) => pool(manifest.parts, { workers: CHECKED_AT_ONCE, signal }, checkFile(archive)),
    open: async () => archiveObjects(archive),
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

function factsOf({ schema, source, tenants, aliases, encoding }: Manifest | Plan) {
  return {
    schema: schema as unknown as CollectionSchema,
    kind: source.kind,
    version: source.version,
    ...(tenants && { tenants }),
    aliases,
    withoutVectors: encoding.vectors === 'none',
    isCut: true,
  }
}

function checkFile({ storage }: Archive) {
  return async (part: Manifest['parts'][number], signal: AbortSignal): Promise<void> => {
    const stored = await hashFile(storage, part.file, signal).catch((error: unknown) => {
      const isGone = error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND'
      throw isGone ? damaged(part, 'is missing', error) : error
    })
    if (stored.sha256 !== part.sha256) throw damaged(part, 'has a SHA-256 that does not match the manifest')
  }
}
