import { Readable } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { mergeNewest } from '../../stream/mergeNewest.ts'
import type { Archive } from '../archive.ts'
import { rangeOf } from '../idRange.ts'
import type { ObjectRange, ObjectSource } from '../object/source.ts'
import { archiveObjects } from '../part/objects.ts'
import { type Chain, type FindArchive, isIncrement, linksOf, openChain } from './chain.ts'
import { entriesOf, ofLink } from './entries.ts'

/** The id of a deleted object. */
interface Gone {
  readonly id: string
}

/**
 * A chain as a source of objects: the collection as it was when the newest link was made. For each id it gives the
 * object of the newest link that has the id, or none if that link marks it as deleted. Reads every part that a range
 * touches completely, and checks it. Memory: two pages of each link. Errors: ELYSIA_DAMAGED, naming the link and the
 * part
 */
export function chainObjects(chain: Chain): ObjectSource {
  const { ranges, schema } = chain.newest.manifest
  return {
    schema: schema as unknown as CollectionSchema,
    ranges: ranges.map(rangeOf),
    pages: (range) => Readable.from(objectsIn(chain, range), { objectMode: true, highWaterMark: 1 }),
    close: async () => {},
  }
}

/**
 * Any archive as a source of objects: a full one alone, an increment together with its bases. @throws ElysiaError as
 * `openChain`
 */
export async function openObjectSource(archive: Archive, find: FindArchive): Promise<ObjectSource> {
  return isIncrement(archive.manifest)
    ? chainObjects(await openChain(archive, find))
    : archiveObjects(archive)
}

async function* objectsIn(chain: Chain, range: ObjectRange): AsyncGenerator<readonly StoredObject[]> {
  const sources = [...linksOf(chain, range.tenant)].reverse().flatMap((link) => {
    const objects: AsyncIterable<readonly (StoredObject | Gone)[]> = archiveObjects(link).pages(range)
    const gone = isIncrement(link.manifest) ? [goneIn(link, range)] : []
    return [objects, ...gone].map((pages) => ofLink(chain.newest, link, pages))
  })
  for await (const page of mergeNewest(sources, ({ id }) => id)) {
    const there = page.filter((one): one is StoredObject => 'properties' in one)
    if (there.length > 0) yield there
  }
}

async function* goneIn(link: Archive, range: ObjectRange): AsyncGenerator<readonly Gone[]> {
  const removes = link.manifest.index?.some(({ removed }) => removed > 0) ?? false
  if (!removes) return
  for await (const page of entriesOf(link, range)) {
    const gone = page.filter(({ sha256 }) => sha256 === undefined)
    if (gone.length > 0) yield gone
  }
}
