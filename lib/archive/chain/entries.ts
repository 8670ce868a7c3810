import { Readable } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import type { Source } from '../../core/stage.ts'
import { mergeNewest } from '../../stream/mergeNewest.ts'
import type { Archive } from '../archive.ts'
import type { IndexPart } from '../manifest.ts'
import { identitySha256 } from '../object/digest.ts'
import type { ObjectRange } from '../object/source.ts'
import { archiveObjects, overlaps } from '../part/objects.ts'
import { type Chain, linkDamage, linksOf } from './chain.ts'
import type { IndexEntry } from './entry.ts'
import { indexPages } from './indexPages.ts'

/**
 * The newest index entry of each id in a range, in order of id, deleted objects included. A full archive without an
 * index has its objects read and hashed. Memory: a page of each link.
 * Errors: ELYSIA_DAMAGED, naming the link
 */
export function chainEntries(chain: Chain, range: ObjectRange): Source<readonly IndexEntry[]> {
  const links = [...linksOf(chain, range.tenant)].reverse()
  const sources = links.map((link) => linkPages(chain.newest, link, entriesOf(link, range)))
  return Readable.from(
    mergeNewest(sources, ({ id }) => id),
    { objectMode: true, highWaterMark: 1 },
  )
}

/** The index entries of one archive in a range. */
export function entriesOf(archive: Archive, range: ObjectRange): AsyncIterable<readonly IndexEntry[]> {
  const { index } = archive.manifest
  return index === undefined ? hashedIn(archive, range) : indexedIn(archive, index, range)
}

/** Pages of a link; an error about damage names the link. */
export async function* linkPages<T>(
  newest: Archive,
  { manifest }: Archive,
  pages: AsyncIterable<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  try {
    yield* pages
  } catch (error) {
    const { code } = error as { readonly code?: string }
    const isDamage = code === 'ELYSIA_DAMAGED' || code === 'ELYSIA_COMPRESSION' || code === 'ELYSIA_NOT_FOUND'
    throw isDamage ? linkDamage(newest, manifest.id, error) : error
  }
}

async function* indexedIn(
  { storage, manifest: { ranges } }: Archive,
  index: readonly IndexPart[],
  range: ObjectRange,
): AsyncGenerator<readonly IndexEntry[]> {
  const own = index.filter((part) => ranges[part.range]?.tenant === range.tenant && overlaps(part, range))
  own.sort((a, b) => ((a.after ?? '') < (b.after ?? '') ? -1 : 1))
  const { after = '', upTo } = range
  for (const part of own) {
    for await (const page of indexPages(storage, part) as AsyncIterable<readonly IndexEntry[]>) {
      const inside = page.filter(({ id }) => id > after && (upTo === undefined || id <= upTo))
      if (inside.length > 0) yield inside
    }
  }
}

async function* hashedIn(archive: Archive, range: ObjectRange): AsyncGenerator<readonly IndexEntry[]> {
  const pages: AsyncIterable<readonly StoredObject[]> = archiveObjects(archive).pages(range)
  for await (const page of pages) {
    yield page.map((object) => ({
      id: object.id,
      sha256: identitySha256(object),
      ...(object.updatedMs !== undefined && { updatedMs: object.updatedMs }),
    }))
  }
}
