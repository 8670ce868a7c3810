import { createHash } from 'node:crypto'
import { type JsonBounds, MAX_JSON_DEPTH, parseBounded, requireBounded } from '../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { ENTRY_BYTES } from './chain/entry.ts'
import type { Manifest } from './manifest.ts'
import { classFault, type ManifestShapes, shapes } from './manifestShapes.ts'
import { sumOfDigests } from './object/digest.ts'
import { isSafeName } from './storage/names.ts'

/** A manifest as it is stored: preceded by the SHA-256 of its own text. */
interface SealedManifest {
  readonly sha256: string
  readonly manifest: Manifest
}

/** The largest manifest: for an archive of about 20 TB, or of 600,000 tenants. Parsed, it takes a gigabyte. */
export const MAX_MANIFEST_BYTES = 256 * 1024 * 1024
/** The limits for parsing a manifest of that size. */
export const MANIFEST_BOUNDS: JsonBounds = { depth: MAX_JSON_DEPTH, nodes: 10_000_000, values: 20_000_000 }

/** The text of a manifest. @throws ElysiaError ELYSIA_STORE if it is too large for a reader */
export function readableManifest(manifest: Manifest): string {
  let text: string
  try {
    text = manifestText(manifest)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    // The text is longer than any string can be.
    throw unreadable('is longer than 256 MiB', thrown)
  }
  requireReadableManifest(text)
  return text
}

/**
 * Checks the size and the number of values of a manifest.
 * @throws ElysiaError ELYSIA_STORE if it is too large for a reader
 */
export function requireReadableManifest(text: string): void {
  try {
    if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) throw new Error('is longer than 256 MiB')
    requireBounded(text, MANIFEST_BOUNDS)
  } catch (thrown) {
    throw unreadable(messageOf(thrown), thrown)
  }
}

function unreadable(fact: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `the manifest could not be read again: it ${fact}`, {
    hint: 'back up fewer tenants at once with --tenant, or in larger parts with --part-size',
    cause,
  })
}

/** The SHA-256 of a text, in hex. */
export function sha256Of(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A manifest as text, sealed with its own digest, so that no change to it goes unnoticed. */
export function manifestText(manifest: Manifest): string {
  const sealed: SealedManifest = { sha256: sha256Of(JSON.stringify(manifest)), manifest }
  return `${JSON.stringify(sealed, null, 2)}\n`
}

/**
 * Makes a function that reads manifests from a text and its location, which errors name. That function throws
 * ELYSIA_DAMAGED if a manifest is not exactly as it was written, or contradicts itself. The shape checks take 200 ms
 * to load, so they are loaded for the first manifest.
 */
export async function manifestReader(): Promise<(text: string, where: string) => Manifest> {
  const { manifest } = await shapes()
  return (text, where) => manifestOf(text, where, manifest)
}

function manifestOf(text: string, where: string, shape: ManifestShapes['manifest']): Manifest {
  let sealed: SealedManifest
  try {
    sealed = parseBounded(text, MANIFEST_BOUNDS) as SealedManifest
  } catch (thrown) {
    throw damaged(where, `is not JSON: ${messageOf(thrown)}`)
  }
  const manifest = sealed?.manifest
  if (typeof manifest !== 'object' || manifest === null) throw damaged(where, 'holds no manifest')
  if (manifestText(manifest) !== text) throw damaged(where, 'was changed: its digest is another')
  requireKnown(manifest, where)
  const misshapen = shape(manifest)
  if (misshapen !== undefined) throw damaged(where, `is not valid: ${misshapen}`)
  const fault = contradiction(manifest)
  if (fault !== undefined) throw damaged(where, fault)
  return manifest
}

/**
 * Refuses versions of the format that are not known. Every version has the same seal, so that a later one is not
 * reported as damaged.
 */
function requireKnown({ format, version }: Partial<Manifest>, where: string): void {
  if (format === 'elysiactl-archive' && typeof version === 'number' && version > 1) {
    throw new ElysiaError('ELYSIA_CONFLICT', `${where} is of version ${version}, this elysiactl reads 1`, {
      hint: 'use a newer elysiactl',
    })
  }
}

function contradiction(manifest: Manifest): string | undefined {
  const { parts, index = [], totals, ranges, counts } = manifest
  const files = [...parts, ...index]
  const names = new Set(files.map(({ file }) => file))
  if (names.size !== files.length) return 'names a part twice'
  const unknownField = files.find(({ file }) => !isSafeName(file))
  if (unknownField !== undefined)
    return `names ${JSON.stringify(unknownField.file)}, which leads out of the archive`
  if (files.some(({ range }) => range >= ranges.length)) return 'has a part of a range that it does not name'
  for (const key of ['objects', 'vectors', 'bytes', 'raw_bytes'] as const) {
    if (parts.reduce((sum, part) => sum + part[key], 0) !== totals[key]) return `has wrong totals of ${key}`
  }
  if (counts.written !== totals.objects)
    return `says that ${counts.written} objects were written, its parts hold ${totals.objects}`
  if (sumOfDigests(parts.map(({ digest }) => digest)) !== totals.digest) return 'has a wrong total digest'
  return classFault(manifest) ?? incrementFault(manifest)
}

function incrementFault({ kind, parent, index, state }: Manifest): string | undefined {
  if (index?.some(({ entries, bytes }) => bytes !== entries * ENTRY_BYTES))
    return 'has an index of another size than its entries take'
  if (kind !== 'incremental') return undefined
  const isWhole = parent !== undefined && index !== undefined && state !== undefined
  if (!isWhole) return 'is an increment without a base, an index or a state'
  return index.every(({ replaced }) => replaced !== undefined)
    ? undefined
    : 'has an index that does not say what it replaces'
}

function damaged(where: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${where} ${fact}`, {
    hint: 'manifest.copy.json beside it holds the same: compare them',
  })
}
