import { formatOf } from '../format/formats.ts'
import type { Manifest, Part } from '../manifest.ts'
import type { Storage } from '../storage/storage.ts'
import type { PartReadOptions } from './read.ts'

/** How to read a part of an archive, according to its manifest. */
export async function partReadOptions(
  storage: Storage,
  manifest: Pick<Manifest, 'encoding' | 'ranges' | 'schema' | 'tool'>,
  part: Part,
): Promise<PartReadOptions> {
  const { encoding, ranges, schema } = manifest
  const tenant = ranges[part.range]?.tenant
  return {
    storage,
    part,
    format: await formatOf(encoding.format),
    compressed: encoding.compression !== 'none',
    content: {
      schema: schema as unknown as PartReadOptions['content']['schema'],
      vectors: encoding.vectors === 'numbers' ? 'numbers' : 'base64',
      ...(tenant !== undefined && { tenant }),
      foreign: isForeign(manifest),
    },
  }
}

/** True if, by its manifest, another program made the archive: it may spell JSON differently. */
export function isForeign({ tool }: Pick<Manifest, 'tool'>): boolean {
  return tool.name !== 'elysiactl'
}

/**
 * Options that digest each object after parsing it, since another program may have spelled its line: for
 * comparing the objects with those of another source.
 */
export function digestingByObject(reading: PartReadOptions): PartReadOptions {
  return { ...reading, content: { ...reading.content, foreign: true } }
}
