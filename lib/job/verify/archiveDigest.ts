import { createReadStream } from 'node:fs'
import { type Duplex, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Archive } from '../../archive/archive.ts'
import type { IdRange } from '../../archive/manifest.ts'
import { ObjectsDigest } from '../../archive/object/digest.ts'
import { partStages } from '../../archive/part/read.ts'
import { readingOf } from '../../archive/part/reading.ts'
import { readSingle } from '../../archive/single.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Normalize } from './normalize.ts'

/** Answers the digest of what an archive holds in a range. @throws ElysiaError where that is damaged */
export type ArchivedDigest = (range: number) => Promise<string>

/** Reads an archive once more, and digests of each object what `as` leaves of it. */
export type ReadArchived = (as: Normalize, signal: AbortSignal) => ArchivedDigest

/** Of a directory: the parts of the range are read, one after the other. Memory: a page. */
export function archivedInParts({ storage, manifest }: Archive): ReadArchived {
  return (as, signal) => async (range) => {
    const digest = new ObjectsDigest()
    for (const part of manifest.parts.filter((part) => part.range === range)) {
      const stages = await partStages(await readingOf(storage, manifest, part))
      await eachObject(stages, signal, (object) => digest.add(as(object)))
    }
    return digest.hex()
  }
}

/** Of a single file, which is read once, for all ranges together. Memory: a page, and a digest for each range. */
export function archivedInFile(path: string, ranges: readonly IdRange[]): ReadArchived {
  return (as, signal) => {
    let reading: Promise<ObjectsDigest[]> | undefined
    return async (range) => {
      reading ??= digestsIn(path, ranges, as, signal)
      return (await reading)[range]!.hex()
    }
  }
}

async function digestsIn(
  path: string,
  ranges: readonly IdRange[],
  as: Normalize,
  signal: AbortSignal,
): Promise<ObjectsDigest[]> {
  const digests = ranges.map(() => new ObjectsDigest())
  const { pages } = await readSingle(createReadStream(path, { highWaterMark: 256 * 1024 }))
  let at = 0
  await eachObject([pages], signal, (object) => {
    // Ranges follow one another in the file: most objects lie in that of the one before.
    if (!isIn(ranges[at], object)) at = ranges.findIndex((range) => isIn(range, object))
    if (at < 0) throw new ElysiaError('ELYSIA_DAMAGED', `the archive has ${object.id}, outside its ranges`)
    digests[at]!.add(as(object))
  })
  return digests
}

function isIn(range: IdRange | undefined, { id, tenant }: StoredObject): boolean {
  if (range === undefined || range.tenant !== tenant) return false
  return id > (range.after ?? '') && (range.up_to === undefined || id <= range.up_to)
}

async function eachObject(
  stages: readonly [Readable, ...Duplex[]],
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
  await pipeline([...stages, end], { signal })
}
