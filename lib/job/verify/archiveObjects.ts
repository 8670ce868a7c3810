import { createReadStream } from 'node:fs'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Archive } from '../../archive/archive.ts'
import type { IdRange } from '../../archive/manifest.ts'
import { partPages } from '../../archive/part/read.ts'
import { byObject, readingOf } from '../../archive/part/reading.ts'
import { readSingle } from '../../archive/single/read.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'

/** Takes an object of a range. */
export type TakeArchived = (object: StoredObject, range: number) => void

/** Resolves when all objects of a range were taken, in no order. @throws ElysiaError where the archive is damaged */
export type ReadRange = (range: number) => Promise<void>

/** Reads an archive once more, each object once. */
export type ReadArchived = (take: TakeArchived, signal: AbortSignal) => ReadRange

/** Of a directory: the parts of the range are read, one after the other. Memory: a page. */
export function archivedInParts({ storage, manifest }: Archive): ReadArchived {
  return (take, signal) => async (range) => {
    for (const part of manifest.parts.filter((part) => part.range === range)) {
      const pages = partPages(byObject(await readingOf(storage, manifest, part)))
      await eachObject(pages, signal, (object) => take(object, range))
    }
  }
}

/** Of a single file, which is read once, for all ranges together. Memory: a page. */
export function archivedInFile(path: string, ranges: readonly IdRange[]): ReadArchived {
  return (take, signal) => {
    let reading: Promise<void> | undefined
    return () => {
      reading ??= allIn(path, ranges, take, signal)
      return reading
    }
  }
}

async function allIn(
  path: string,
  ranges: readonly IdRange[],
  take: TakeArchived,
  signal: AbortSignal,
): Promise<void> {
  const { pages } = await readSingle(createReadStream(path, { highWaterMark: 256 * 1024 }), { foreign: true })
  let at = 0
  await eachObject(pages, signal, (object) => {
    // Ranges follow one another in the file: most objects lie in that of the one before.
    if (!isIn(ranges[at], object)) at = ranges.findIndex((range) => isIn(range, object))
    if (at < 0) throw new ElysiaError('ELYSIA_DAMAGED', `the archive has ${object.id}, outside its ranges`)
    take(object, at)
  })
}

function isIn(range: IdRange | undefined, { id, tenant }: StoredObject): boolean {
  if (range === undefined || range.tenant !== tenant) return false
  return id > (range.after ?? '') && (range.up_to === undefined || id <= range.up_to)
}

async function eachObject(
  pages: Readable,
  signal: AbortSignal,
  take: (object: StoredObject) => void,
): Promise<void> {
  const end = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(page: readonly StoredObject[], _, done) {
      try {
        for (const object of page) take(object)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
  await pipeline(pages, end, { signal })
}
