import { Readable } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { slices } from '../../core/value/slices.ts'
import type { Archive } from '../archive.ts'
import { rangeOf } from '../idRange.ts'
import type { Manifest, Part } from '../manifest.ts'
import type { ObjectRange, ObjectSource } from '../object/source.ts'
import type { CoveredIds } from './missingRanges.ts'
import { digestingByObject, partReadOptions } from './partReadOptions.ts'
import { damagedPart, partPages } from './read.ts'

const PAGE_OBJECTS = 500

/**
 * An archive as a source of objects. Reads every part that a range touches completely, and checks it: ELYSIA_DAMAGED,
 * naming the part. Memory: for an archive partitioned by a property, also the objects of a part from all of its
 * directories.
 */
export function archiveObjects(archive: Archive): ObjectSource {
  const { ranges, schema } = archive.manifest
  return {
    schema: schema as unknown as CollectionSchema,
    ranges: ranges.map(rangeOf),
    pages: (range) => Readable.from(objectsIn(archive, range), { objectMode: true, highWaterMark: 1 }),
    close: async () => {},
  }
}

async function* objectsIn(archive: Archive, range: ObjectRange): AsyncGenerator<readonly StoredObject[]> {
  let last = range.after ?? ''
  for (const files of partsIn(archive.manifest, range)) {
    for await (const page of pagesOf(archive, files)) {
      const inside = page.filter(({ id }) => isInside(range, id))
      if (inside.length === 0) continue
      // The order inside each part is checked; that parts do not overlap is only what the manifest, which is
      // untrusted, claims.
      if (inside[0]!.id <= last)
        throw damagedPart(files[0]!, `has ${inside[0]!.id}, which an earlier part covers`)
      last = inside.at(-1)!.id
      yield inside
    }
  }
}

function isInside({ after, upTo }: ObjectRange, id: string): boolean {
  return (after === undefined || id > after) && (upTo === undefined || id <= upTo)
}

/** The parts that a range touches, in order of id; files that cover the same ids form one group. */
function partsIn({ ranges, parts }: Manifest, range: ObjectRange): (readonly Part[])[] {
  const own = parts.filter((part) => ranges[part.range]?.tenant === range.tenant && overlaps(part, range))
  const groups = Map.groupBy(own, ({ after, up_to }) => JSON.stringify([after, up_to]))
  return [...groups.values()].sort(([a], [b]) => ((a!.after ?? '') < (b!.after ?? '') ? -1 : 1))
}

/** True for a part, or a file of an index, that may hold ids of the range. */
export function overlaps({ after = '', up_to }: CoveredIds, range: ObjectRange): boolean {
  const begins = range.upTo === undefined || after < range.upTo
  return begins && (up_to === undefined || range.after === undefined || up_to > range.after)
}

async function* pagesOf(
  { storage, manifest }: Archive,
  files: readonly Part[],
): AsyncGenerator<readonly StoredObject[]> {
  const read = async (part: Part): Promise<AsyncIterable<readonly StoredObject[]>> =>
    partPages(digestingByObject(await partReadOptions(storage, manifest, part)))
  if (files.length === 1) {
    yield* await read(files[0]!)
    return
  }
  const objects: StoredObject[] = []
  for (const file of files) for await (const page of await read(file)) objects.push(...page)
  objects.sort((a, b) => (a.id < b.id ? -1 : 1))
  yield* slices(objects, PAGE_OBJECTS)
}
