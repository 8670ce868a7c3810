import { type Chain, chainState } from '../../../archive/chain/chain.ts'
import { checkFile, filesOf, type LinkFile } from '../../../archive/chain/check.ts'
import { chainObjects } from '../../../archive/chain/objects.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { overlaps } from '../../../archive/part/objects.ts'
import { pool } from '../../../async/pool.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { RestoreSource, SourcePart } from './source.ts'

const CHECKED_AT_ONCE = 2

/**
 * An increment with its bases as a source of a restore: the collection as it was at the increment. Each range of ids is
 * one part, merged from all links; the files of all its links are checked before any of it is written.
 */
export function chainSource(chain: Chain): RestoreSource {
  const { manifest, storage } = chain.newest
  const { id, schema, tenants, aliases, encoding } = manifest
  const objects = chainObjects(chain)
  let isChecked = false
  return {
    name: storage.text,
    kind: 'archive',
    identity: id,
    schema: schema as unknown as CollectionSchema,
    manifest,
    ...(tenants && { tenants }),
    aliases,
    about: chainState(chain).all.objects,
    parts: objects.ranges.map(
      ({ tenant, ...covers }, at): SourcePart => ({
        name: `range ${at}`,
        ...(tenant !== undefined && { tenant }),
        covers,
        check: async (signal) => {
          if (!isChecked) await checkRange(chain, objects.ranges[at]!, signal)
        },
        pages: async () => objects.pages(objects.ranges[at]!),
      }),
    ),
    withoutVectors: encoding.vectors === 'none',
    selection: manifest.selection,
    check: async (signal) => {
      const check = (file: LinkFile, own: AbortSignal) => checkFile(chain, file, own)
      await pool(filesOf(chain), { workers: CHECKED_AT_ONCE, ...(signal && { signal }) }, check)
      isChecked = true
    },
    close: () => objects.close(),
  }
}

/** Checks the files of a range in all links. @throws ElysiaError ELYSIA_DAMAGED, naming the link and the file */
async function checkRange(chain: Chain, range: ObjectRange, signal: AbortSignal | undefined): Promise<void> {
  for (const one of filesOf(chain)) {
    const { tenant } = one.link.manifest.ranges[one.file.range] ?? {}
    if (tenant === range.tenant && overlaps(one.file, range)) await checkFile(chain, one, signal)
  }
}
