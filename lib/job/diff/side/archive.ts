import { createReadStream } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Chain, chainState, isIncrement } from '../../../archive/chain/chain.ts'
import { checkFile, filesOf } from '../../../archive/chain/check.ts'
import { chainObjects } from '../../../archive/chain/objects.ts'
import type { Manifest, Plan } from '../../../archive/manifest.ts'
import { archiveObjects } from '../../../archive/part/objects.ts'
import { singleObjects } from '../../../archive/single/objects.ts'
import { readSingle } from '../../../archive/single/read.ts'
import { pool } from '../../../async/pool.ts'
import { meterStream } from '../../../core/channel/bytes.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { DiffSide } from './side.ts'

const CHUNK_BYTES = 256 * 1024
const CHECKED_AT_ONCE = 2

/**
 * An archive directory as a side of a comparison, an increment together with its bases: the collection as it was at the
 * backup. All files are checked before any object is compared.
 */
export function archiveSide(chain: Chain): DiffSide {
  const { manifest, storage } = chain.newest
  return {
    name: storage.text,
    ...factsOf(manifest),
    about: chainState(chain).all.objects,
    check: (signal) =>
      pool(filesOf(chain), { workers: CHECKED_AT_ONCE, signal }, (file, own) => checkFile(chain, file, own)),
    open: async () => (isIncrement(manifest) ? chainObjects(chain) : archiveObjects(chain.newest)),
    close: async () => {},
  }
}

/**
 * An archive in one file. It is read twice: first to its trailer, so that nothing from a damaged one is compared, then
 * for the comparison.
 * @throws ElysiaError ELYSIA_DAMAGED if it does not begin as an archive
 */
export async function singleSide(path: string): Promise<DiffSide> {
  const bytes = () =>
    meterStream(dirname(resolve(path)), createReadStream(path, { highWaterMark: CHUNK_BYTES }))
  const { plan, pages } = await readSingle(bytes())
  pages.on('error', () => {})
  pages.destroy()
  return {
    name: path,
    ...factsOf(plan),
    about: plan.counts.before,
    check: async (signal) => {
      // Its lines may be spelled differently: objects are compared as parsed.
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
