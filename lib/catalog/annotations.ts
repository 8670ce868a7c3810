import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Storage } from '../archive/storage/storage.ts'
import { ElysiaError } from '../core/errors.ts'
import { isRecord } from '../core/value/record.ts'
import { type ArchiveRecord, type Location, VERIFY_LEVELS, type Verification } from './record.ts'
import { isTexts, isTime, shallowJson } from './shallowJson.ts'

/**
 * What people have noted about an archive since it was made, stored beside its manifest, which never changes:
 * `annotations.json` in its directory, or `NAME.annotations.json` beside a single file. Annotations therefore survive
 * the loss of the catalog, and are copied with the archive.
 */
export interface Annotations {
  readonly version: 1
  readonly id: string
  readonly pinned: boolean
  /** Replaces the manifest's tags. */
  readonly tags: readonly string[]
  readonly note?: string
  readonly verifications: readonly Verification[]
}

/** The fields to change; absent ones stay. */
export interface AnnotationChange {
  readonly pinned?: boolean
  readonly addTags?: readonly string[]
  readonly removeTags?: readonly string[]
  /** An empty text removes the note. */
  readonly note?: string
}

/** The file of annotations, in the directory of an archive; of a single file, beside it under its name. */
export const ANNOTATIONS_FILE = 'annotations.json'

/** Far more than people write; a foreign file must not fill the memory. */
const MAX_BYTES = 1024 * 1024

/** Makes the storage for a directory. */
export type StorageAt = (directory: string) => Storage

/** The file of an archive's annotations, and its storage. */
export function annotationsAt(
  { location, shape }: Location,
  storageAt: StorageAt,
): { storage: Storage; name: string } {
  if (shape === 'directory') return { storage: storageAt(location), name: ANNOTATIONS_FILE }
  return { storage: storageAt(dirname(location)), name: `${basename(location)}.${ANNOTATIONS_FILE}` }
}

/**
 * Reads an archive's annotations; undefined if there are none, or they belong to another archive.
 * @throws ElysiaError ELYSIA_DAMAGED if the file does not hold annotations
 */
export async function readAnnotations(
  at: Location,
  id: string,
  storageAt: StorageAt,
): Promise<Annotations | undefined> {
  const { storage, name } = annotationsAt(at, storageAt)
  const bytes = await storage.bytes(name)
  if (bytes === undefined) return undefined
  if (bytes > MAX_BYTES) throw noAnnotations(storage, name, 'is too large')
  let read: unknown
  try {
    read = shallowJson(await text(await storage.read(name, { start: 0, end: MAX_BYTES })))
  } catch (error) {
    if (error instanceof SyntaxError) throw noAnnotations(storage, name, error.message)
    throw error
  }
  if (isRecord(read) && typeof read.id === 'string' && read.id !== id) return undefined
  if (!isAnnotations(read)) throw noAnnotations(storage, name, 'a field is missing or wrong')
  const { pinned, tags, note, verifications } = read
  return { version: 1, id, pinned, tags, ...(note !== undefined && { note }), verifications }
}

function isAnnotations(read: unknown): read is Annotations {
  if (!isRecord(read)) return false
  const { version, id, pinned, tags, note, verifications } = read
  return (
    version === 1 &&
    typeof id === 'string' &&
    typeof pinned === 'boolean' &&
    isTexts(tags) &&
    (note === undefined || typeof note === 'string') &&
    Array.isArray(verifications) &&
    verifications.every(isVerification)
  )
}

/** True for the result of a verification, in annotations or in the catalog. */
export function isVerification(read: unknown): read is Verification {
  if (!isRecord(read)) return false
  const { level, time, ok, errors, sample } = read
  return (
    VERIFY_LEVELS.some((one) => one === level) &&
    isTime(time) &&
    typeof ok === 'boolean' &&
    Number.isSafeInteger(errors) &&
    (sample === undefined || typeof sample === 'string')
  )
}

function noAnnotations(storage: Storage, name: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${storage.text}/${name} is not valid annotations: ${fact}`, {
    hint: 'move it away; pins, tags and notes then come from the catalog, or from the manifest',
  })
}

/** Writes annotations durably and atomically. @throws ElysiaError ELYSIA_STATE if the place is not writable */
export async function writeAnnotations(
  at: Location,
  annotations: Annotations,
  storageAt: StorageAt,
): Promise<void> {
  const { storage, name } = annotationsAt(at, storageAt)
  const upload = await storage.create(name)
  try {
    await pipeline([`${JSON.stringify(annotations, null, 2)}\n`], upload.stream)
    await upload.commit()
  } catch (error) {
    await upload.discard()
    throw error
  }
}

/** The annotations of an archive after a change. @throws ElysiaError ELYSIA_USAGE for an invalid tag */
export function changeAnnotations(
  record: ArchiveRecord,
  verifications: readonly Verification[],
  { pinned = record.pinned, addTags = [], removeTags = [], note = record.note }: AnnotationChange,
): Annotations {
  for (const tag of addTags) requireTag(tag)
  const tags = new Set([...record.tags, ...addTags])
  for (const tag of removeTags) tags.delete(tag)
  const { id } = record
  return {
    version: 1,
    id,
    pinned,
    tags: [...tags],
    ...(note !== undefined && note !== '' && { note }),
    verifications,
  }
}

function requireTag(tag: string): void {
  if (/^[^\s,;][^,;\n]*$/.test(tag)) return
  throw new ElysiaError('ELYSIA_USAGE', `${JSON.stringify(tag)} cannot be a tag`, {
    hint: 'a tag is not empty and holds no comma, semicolon or line break',
  })
}
