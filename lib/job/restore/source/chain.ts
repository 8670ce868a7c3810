import { type Chain, spoiled, statesOf } from '../../../archive/chain/chain.ts'
import { chainObjects } from '../../../archive/chain/objects.ts'
import type { Manifest } from '../../../archive/manifest.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { hashFile } from '../../../archive/part/confirm.ts'
import { touches } from '../../../archive/part/objects.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { RestoreSource, SourcePart } from './source.ts'

/**
 * An increment with its bases as what a restore reads: the collection as it was then. Each range of ids is one part,
 * merged of all links; the files of all links that it touches are looked at before anything of it is written.
 */
export function chainSource(chain: Chain): RestoreSource {
  const { manifest, storage } = chain.newest
  const { id, schema, tenants, aliases, encoding } = manifest
  const objects = chainObjects(chain)
  return {
    name: storage.text,
    kind: 'archive',
    identity: id,
    schema: schema as unknown as CollectionSchema,
    manifest,
    ...(tenants && { tenants }),
    aliases,
    about: statesOf(chain).all.objects,
    parts: objects.ranges.map(
      ({ tenant, ...covers }, at): SourcePart => ({
        name: `range ${at}`,
        ...(tenant !== undefined && { tenant }),
        covers,
        check: (signal) => checkRange(chain, objects.ranges[at]!, signal),
        pages: async () => objects.pages(objects.ranges[at]!),
      }),
    ),
    withoutVectors: encoding.vectors === 'none',
    close: () => objects.close(),
  }
}

/** Looks at the files of a range, in all links. @throws ElysiaError ELYSIA_DAMAGED, naming the link and the file */
async function checkRange(
  { links, newest }: Chain,
  range: ObjectRange,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { manifest, storage } of links) {
    for (const file of filesIn(manifest, range)) {
      const stored = await hashFile(storage, file.file, signal).catch((error) => {
        if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
        throw error
      })
      if (stored?.sha256 === file.sha256 && stored.bytes === file.bytes) continue
      const fact = stored === undefined ? 'is missing' : 'does not have the bytes that the manifest says'
      throw spoiled(newest, manifest.id, new Error(`${file.file} ${fact}`))
    }
  }
}

function filesIn({ parts, index = [], ranges, kind }: Manifest, range: ObjectRange) {
  const files = kind === 'incremental' ? [...parts, ...index] : parts
  return files.filter((file) => ranges[file.range]?.tenant === range.tenant && touches(file, range))
}
