import type { WrittenIndex } from '../../../archive/chain/indexFile.ts'
import { INDEX_DIRECTORY, INDEX_EXTENSION } from '../../../archive/files.ts'
import type { IndexPart, Part, Plan } from '../../../archive/manifest.ts'
import { type LeftOutCounts, leftOutFields } from '../../../archive/object/filterPages.ts'
import type { ObjectRange } from '../../../archive/object/source.ts'
import { type PartEncoding, type PartSink, partFile, type WrittenPart } from '../../../archive/part/file.ts'
import { indexedPart } from '../../../archive/part/indexedPart.ts'
import type { CoveredIds, IdGap } from '../../../archive/part/missingRanges.ts'
import type { Storage } from '../../../archive/storage/storage.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { partitionFiles } from './partitionFiles.ts'
import { type Partitions, tenantDirectory } from './partitions.ts'

/** Where the files of an archive go, and how they are encoded. */
export interface PartFiles {
  readonly storage: Storage
  readonly plan: Pick<Plan, 'schema'>
  readonly encoding: PartEncoding
  readonly partitions: Partitions | undefined
  /** True where each part gets an index. */
  readonly isIndexed: boolean
  readonly numbers: NextPartNumbers
}

/** The next number of a part in each range. */
export type NextPartNumbers = Map<number, number>

/** The numbers that follow those of existing files, by range. */
export function numbersAfter(files: readonly (Part | IndexPart)[]): NextPartNumbers {
  const numbers: NextPartNumbers = new Map()
  for (const { range, file } of files) {
    const number = Number(/-(\d+)\.[^/]*$/.exec(file)?.[1] ?? 0)
    numbers.set(range, Math.max(numbers.get(range) ?? 0, number + 1))
  }
  return numbers
}

/** Opens the next part of a range: a file, or one for each partition value; with its index. */
export function openPart(
  { storage, plan, encoding, partitions, numbers, isIndexed }: PartFiles,
  { range, tenant }: Pick<IdGap, 'range' | 'tenant'>,
): PartSink {
  const schema = plan.schema as unknown as CollectionSchema
  const directory = tenant === undefined ? 'parts' : `parts/${tenantDirectory(tenant, schema)}`
  const own = contentFor(encoding, tenant)
  // No two files may share a name, even if a file system confuses their directories.
  const next = () => {
    const number = numbers.get(range) ?? 0
    numbers.set(range, number + 1)
    return nameOf(range, number)
  }
  const name = next()
  const fileIn = (below: string, name: string) =>
    partFile(storage, `${below}/${name}${extensionOf(encoding)}`, own)
  const open = () =>
    partitions === undefined
      ? fileIn(directory, name)
      : partitionFiles(partitions, (below) => fileIn(`${directory}/${below}`, next()))
  if (!isIndexed) return open()
  return indexedPart({ storage, index: `${INDEX_DIRECTORY}/${name}${INDEX_EXTENSION}`, open })
}

function nameOf(range: number, number: number): string {
  return `r${String(range).padStart(4, '0')}-${String(number).padStart(5, '0')}`
}

function extensionOf({ format, compression }: PartEncoding): string {
  return `${format.extension}${format.compressesItself ? '' : compression.extension}`
}

function contentFor(encoding: PartEncoding, tenant: string | undefined): PartEncoding {
  return tenant === undefined ? encoding : { ...encoding, content: { ...encoding.content, tenant } }
}

/** The manifest's entry for a written part. */
export function partOf(
  { file, objects, vectors, named, bytes, rawBytes, sha256, digest }: WrittenPart,
  range: number,
  covers: CoveredRange,
  leftOut: LeftOutCounts,
): Part {
  return {
    file,
    ...coveredBy(range, covers),
    objects,
    ...leftOutFields(leftOut),
    vectors,
    ...(named && { named_vectors: named }),
    bytes,
    raw_bytes: rawBytes,
    sha256,
    digest,
  }
}

/** The ids that a part covers. */
export type CoveredRange = Pick<ObjectRange, 'after' | 'upTo'>

function coveredBy(range: number, { after, upTo }: CoveredRange): CoveredIds {
  return { range, ...(after !== undefined && { after }), ...(upTo !== undefined && { up_to: upTo }) }
}

/** `isChange`: for an increment, whose index says what it replaces. */
export function indexPartOf(
  { file, entries, removed, bytes, sha256, digest, replaced }: WrittenIndex,
  range: number,
  covers: CoveredRange,
  isChange: boolean,
): IndexPart {
  const own = { file, ...coveredBy(range, covers), entries, removed, bytes, sha256, digest }
  return isChange ? { ...own, replaced } : own
}
