import type { Archive } from '../../../archive/archive.ts'
import { rangeOf } from '../../../archive/idRange.ts'
import type { Manifest, Part } from '../../../archive/manifest.ts'
import { checkPart } from '../../../archive/part/check.ts'
import { digestingByObject, partReadOptions } from '../../../archive/part/partReadOptions.ts'
import { partPages } from '../../../archive/part/read.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { threadedPart } from '../thread/pages.ts'
import type { DecodeThreads, RestoreSource, SourcePart } from './source.ts'

/** A directory archive as a source of a restore. */
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
  const { directory } = storage
  // A part whose bytes were checked is not hashed again: its decoded objects are compared with its digest.
  let isChecked = false
  return {
    name: part.file,
    ...(tenant !== undefined && { tenant }),
    covers: rangeOf(part),
    objects: part.objects,
    check: async (signal) => {
      await checkPart(storage, part, signal)
      isChecked = true
    },
    ...(directory !== undefined && {
      inThread: (threads: DecodeThreads) => threadedPart(threads, directory, manifest, part),
    }),
    pages: async () =>
      partPages({ ...digestingByObject(await partReadOptions(storage, manifest, part)), isChecked }),
  }
}
