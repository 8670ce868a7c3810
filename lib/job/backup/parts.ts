import { createHash } from 'node:crypto'
import { notePart } from '../../archive/journal.ts'
import type { Part, Plan } from '../../archive/manifest.ts'
import { confirmPart, type PartEncoding, type WrittenPart, writePart } from '../../archive/part.ts'
import type { Place } from '../../archive/place.ts'
import { Portions } from '../../archive/portions.ts'
import type { Stretch } from '../../archive/stretches.ts'
import { failpoint } from '../../failpoint.ts'
import type { Json, StoredObject } from '../../object.ts'
import type { Collection, What } from '../../store/store.ts'
import type { Retrying } from '../../stream/retry.ts'
import { scan } from '../scan.ts'

/** What the workers of a backup share. */
export interface PartsRun {
  readonly place: Place
  readonly plan: Plan
  readonly collection: Collection
  readonly what: What
  readonly encoding: PartEncoding
  readonly partBytes: number
  readonly retry: Retrying
  readonly signal: AbortSignal
  /** Aborted to end well: after the parts that are being written. */
  readonly stop: AbortSignal | undefined
  readonly onObjects: (objects: number) => void
}

/**
 * Scans stretches, several at once, each into parts that are durable and noted one by one. Resolves with the
 * parts. Memory: for each worker a page and what an encoder holds; with `partition_by` a portion.
 */
export async function writeParts(
  run: PartsRun,
  stretches: readonly Stretch[],
  there: readonly Part[],
  workers: number,
): Promise<Part[]> {
  const written: Part[] = []
  const numbers = numbersAfter(there)
  const queue = stretches.values()
  const failed = new AbortController()
  const signal = AbortSignal.any([run.signal, failed.signal])
  const work = async () => {
    // Parts are read again while the next ones are written.
    let noted = Promise.resolve()
    try {
      for (const stretch of queue) {
        for await (const parts of partsOf({ ...run, signal }, stretch, numbers)) {
          await noted
          noted = noteParts({ ...run, signal }, parts).then(() => void written.push(...parts))
          noted.catch(() => {})
        }
        if (run.stop?.aborted === true) return
      }
    } finally {
      await noted
    }
  }
  const ended = await Promise.allSettled(
    Array.from({ length: workers }, () =>
      work().catch((error) => {
        failed.abort(error)
        throw error
      }),
    ),
  )
  if (failed.signal.aborted) throw failed.signal.reason
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return written
}

async function noteParts({ place, signal }: PartsRun, parts: readonly Part[]): Promise<void> {
  for (const { file, sha256 } of parts) await confirmPart(place, file, sha256, signal)
  failpoint('backup.before-note')
  await notePart(place, parts)
  failpoint('backup.after-note')
}

/** The next number of a part in each range. */
type Numbers = Map<number, number>

function numbersAfter(parts: readonly Part[]): Numbers {
  const numbers: Numbers = new Map()
  for (const { range, file } of parts) {
    const number = Number(/-(\d+)\.[^/]*$/.exec(file)?.[1] ?? 0)
    numbers.set(range, Math.max(numbers.get(range) ?? 0, number + 1))
  }
  return numbers
}

/** The parts of a stretch, those of one portion at a time. */
async function* partsOf(run: PartsRun, stretch: Stretch, numbers: Numbers): AsyncGenerator<Part[]> {
  const call = { signal: run.signal, ...(stretch.tenant !== undefined && { tenant: stretch.tenant }) }
  const portions = new Portions(scan(run.collection, run.what, stretch, call, run.retry), run.partBytes)
  let { after } = stretch
  try {
    while (run.stop?.aborted !== true && !(await portions.ended())) {
      const number = numbers.get(stretch.range) ?? 0
      numbers.set(stretch.range, number + 1)
      const written = await writePortion(run, stretch, number, portions.next())
      const last = written
        .map(({ result }) => result.lastId!)
        .sort()
        .at(-1)
      const upTo = (await portions.ended()) ? stretch.upTo : last
      const parts = written.map(({ file, result }) => partOf(file, result, stretch.range, after, upTo))
      yield parts
      after = upTo
    }
  } finally {
    await portions.close()
  }
}

interface Written {
  readonly file: string
  readonly result: WrittenPart
}

async function writePortion(
  run: PartsRun,
  { range, tenant }: Stretch,
  number: number,
  pages: AsyncIterable<readonly StoredObject[]>,
): Promise<Written[]> {
  const by = run.plan.partition_by
  const name = `r${String(range).padStart(4, '0')}-${String(number).padStart(5, '0')}${extensionOf(run.encoding)}`
  const directory = tenant === undefined ? 'parts' : `parts/${hive('tenant', tenant)}`
  const write = async (file: string, of: AsyncIterable<readonly StoredObject[]>): Promise<Written> => {
    const encoding = contentFor(run.encoding, tenant)
    const { place, signal, onObjects } = run
    return {
      file,
      result: await writePart({ place, name: file, pages: of, onPage: onObjects, signal, ...encoding }),
    }
  }
  if (by === undefined || by === 'tenant') return [await write(`${directory}/${name}`, pages)]
  const written: Written[] = []
  for (const [value, objects] of await partitioned(pages, by)) {
    written.push(await write(`${directory}/${hive(by, value)}/${name}`, inPages(objects)))
  }
  return written
}

/** A portion's objects by the text of a property, in the order that they had. */
async function partitioned(pages: AsyncIterable<readonly StoredObject[]>, by: string) {
  const groups = new Map<string | undefined, StoredObject[]>()
  for await (const page of pages) {
    for (const object of page) {
      const key = textOf(object.properties[by])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [object])
      else group.push(object)
    }
  }
  return groups
}

function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

async function* inPages(objects: readonly StoredObject[]): AsyncGenerator<readonly StoredObject[]> {
  for (let at = 0; at < objects.length; at += 500) yield objects.slice(at, at + 500)
}

/** A directory as Hive names one: readers take `key=value` for a column. A long value is cut and hashed. */
function hive(key: string, value: string | undefined): string {
  if (value === undefined) return `${key}=__HIVE_DEFAULT_PARTITION__`
  const encoded = encodeURIComponent(value.toWellFormed())
  if (encoded.length <= 120) return `${key}=${encoded}`
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 16)
  return `${key}=${encoded.slice(0, 80).replace(/%[0-9A-F]?$/, '')}~${hash}`
}

function extensionOf({ format, compression }: PartEncoding): string {
  return `${format.extension}${format.compressesItself ? '' : compression.extension}`
}

function contentFor(encoding: PartEncoding, tenant: string | undefined): PartEncoding {
  return tenant === undefined ? encoding : { ...encoding, content: { ...encoding.content, tenant } }
}

function partOf(
  file: string,
  { objects, vectors, bytes, rawBytes, sha256, digest }: WrittenPart,
  range: number,
  after: string | undefined,
  upTo: string | undefined,
): Part {
  return {
    file,
    range,
    ...(after !== undefined && { after }),
    ...(upTo !== undefined && { up_to: upTo }),
    objects,
    vectors,
    bytes,
    raw_bytes: rawBytes,
    sha256,
    digest,
  }
}
