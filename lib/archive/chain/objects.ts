import { Readable } from 'node:stream'
import { scaledToMemory } from '../../core/memory/limits.ts'
import { lineLength } from '../../core/memory/objectSize.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { mergeNewest } from '../../stream/mergeNewest.ts'
import type { Archive } from '../archive.ts'
import { rangeOf } from '../idRange.ts'
import type { ObjectRange, ObjectSource } from '../object/source.ts'
import { archiveObjects } from '../part/objects.ts'
import { type Chain, type FindArchive, isIncrement, linksOf, openChain } from './chain.ts'
import { entriesOf, linkPages } from './entries.ts'
import { type RemovedId, sortedLinks } from './sortedLinks.ts'

/**
 * How many links are read side by side: each takes some megabytes, and more than these are first sorted in a temporary
 * file.
 */
const MOST_AT_ONCE = 32

/**
 * A chain as a source of objects: the collection as it was when the newest link was made. For each id it gives the
 * object of the newest link that has the id, or none if that link marks it as deleted. Reads every part that a range
 * touches completely, and checks it. Memory: two pages of each of 32 links, and of fewer
 * under a limit. Errors: ELYSIA_DAMAGED, naming the link and the
 * part
 */
export function chainObjects(chain: Chain): ObjectSource {
  const { ranges, schema } = chain.newest.manifest
  return {
    schema: schema as unknown as CollectionSchema,
    ranges: ranges.map(rangeOf),
    pages: (range) => {
      const ended = new AbortController()
      return pagesOf(objectsIn(chain, range, ended), ended)
    },
    close: async () => {},
  }
}

/** Like `Readable.from`, but tells `pages` of its end before it closes them, which waits for what they are at. */
function pagesOf<T>(pages: AsyncGenerator<T>, ended: AbortController): Readable {
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      pages.next().then(
        ({ done, value }) => void this.push(done === true ? null : value),
        (error: Error) => void this.destroy(error),
      )
    },
    destroy(error, done) {
      ended.abort()
      pages.return(undefined).then(
        () => done(error),
        (closing: Error) => done(error ?? closing),
      )
    },
  })
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

async function* objectsIn(
  chain: Chain,
  range: ObjectRange,
  ended: AbortController,
): AsyncGenerator<readonly StoredObject[]> {
  const changesOf = (link: Archive) => {
    const objects: AsyncIterable<readonly (StoredObject | RemovedId)[]> = archiveObjects(link).pages(range)
    const gone = isIncrement(link.manifest) ? [goneIn(link, range)] : []
    return [objects, ...gone].map((pages) => linkPages(chain.newest, link, pages))
  }
  const [first, ...others] = linksOf(chain, range.tenant)
  if (first === undefined) return
  const beside = others.splice(-Math.max(1, scaledToMemory(MOST_AT_ONCE) - 2))
  const schema = chain.newest.manifest.schema as unknown as CollectionSchema
  const sorted = others.length === 0 ? [] : [sortedLinks(inTurn(others, changesOf), schema, ended.signal)]
  const sources = [...beside.reverse().flatMap(changesOf), ...sorted, ...changesOf(first)]
  const merged = mergeNewest(sources, ({ id }) => id, {
    lengthOf: (one) => ('properties' in one ? lineLength(one) : 0),
    ended,
  })
  for await (const page of merged) {
    const there = page.filter((one): one is StoredObject => 'properties' in one)
    if (there.length > 0) yield there
  }
}

/** The changes of links one after the other, each opened only when it is read. */
function* inTurn<T>(links: readonly Archive[], changesOf: (link: Archive) => T[]): Generator<T> {
  for (const link of links) yield* changesOf(link)
}

async function* goneIn(link: Archive, range: ObjectRange): AsyncGenerator<readonly RemovedId[]> {
  const removes = link.manifest.index?.some(({ removed }) => removed > 0) ?? false
  if (!removes) return
  for await (const page of entriesOf(link, range)) {
    const gone = page.filter(({ sha256 }) => sha256 === undefined)
    if (gone.length > 0) yield gone
  }
}
