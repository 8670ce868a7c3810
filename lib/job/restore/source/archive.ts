import type { Archive } from '../../../archive/archive.ts'
import { rangeOf } from '../../../archive/idRange.ts'
import type { Manifest, Part } from '../../../archive/manifest.ts'
import { hashFile } from '../../../archive/part/confirm.ts'
import { damaged, partPages } from '../../../archive/part/read.ts'
import { byObject, readingOf } from '../../../archive/part/reading.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { RestoreSource, SourcePart } from './source.ts'

/** A directory archive as what a restore reads. */
export function archiveSource({ storage, manifest }: Archive): RestoreSource {
  const { id, schema, tenants, aliases, totals, parts, encoding } = manifest
  return {
    name: storage.text,
    kind: 'archive',
    identity: id,
    schema: schema as unknown as CollectionSchema,
    manifest,
    ...(tenants && { tenants }),
    aliases,
    about: totals.objects,
    parts: parts.map((part) => sourcePart(storage, manifest, part)),
    withoutVectors: encoding.vectors === 'none',
    selection: manifest.selection,
  }
}

function sourcePart(storage: Storage, manifest: Manifest, part: Part): SourcePart {
  const tenant = manifest.ranges[part.range]?.tenant
  return {
    name: part.file,
    ...(tenant !== undefined && { tenant }),
    covers: rangeOf(part),
    objects: part.objects,
    check: (signal) => checkFile(storage, part, signal),
    pages: async () => partPages(byObject(await readingOf(storage, manifest, part))),
  }
}

async function checkFile(storage: Storage, part: Part, signal: AbortSignal | undefined): Promise<void> {
  const stored = await hashFile(storage, part.file, signal).catch((error: unknown) => {
    const gone = error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND'
    throw gone ? damaged(part, 'is missing', error) : error
  })
  if (stored.bytes !== part.bytes) {
    throw damaged(part, `is ${stored.bytes} bytes long, the manifest says ${part.bytes}`)
  }
  if (stored.sha256 !== part.sha256) throw damaged(part, 'has a SHA-256 that does not match the manifest')
}
