import { ElysiaError } from '../../core/errors.ts'
import type { Manifest, Part, Plan } from '../manifest.ts'
import { manifestText, readableManifest, sha256Of } from '../manifestFile.ts'
import { type LineBound, OBJECT_LINE } from '../object/bounds.ts'

/**
 * An archive as one file or pipe: a header line with the plan and its digest, one line per object, a trailer line
 * with the manifest and the SHA-256 of all bytes before it. Without its trailer it is cut short. The manifest has one
 * part per range, with `-`N as `file` and the digests of its lines.
 */
/** The key of the plan in the header line. */
export const HEADER = 'elysiactl_archive'

/** The beginning of the trailer line. */
export const TRAILER = '{"elysiactl_manifest":'

/** Most of it is tenant names, each of them twice: this holds 400,000 of the longest. */
export const HEADER_LINE: LineBound = { bytes: 64 * 1024 * 1024, what: 'header' }

/** The header line, with its newline. */
export function singleHeader(plan: Plan): string {
  const text = JSON.stringify(plan)
  return `{"${HEADER}":${text},"sha256":"${sha256Of(text)}"}\n`
}

/**
 * Checks the length of a header before it is written.
 * @throws ElysiaError ELYSIA_STORE if it is too long for a reader
 */
export function requireReadableHeader(header: string): void {
  if (Buffer.byteLength(header) <= HEADER_LINE.bytes) return
  throw new ElysiaError('ELYSIA_STORE', 'the header of the file would be longer than 64 MiB', {
    hint: 'so many tenants, or such a schema, need a directory: back up --to DIR',
  })
}

/** The trailer line, with its newline; `sha256` is that of all lines before it. */
export function singleTrailer(manifest: Manifest, sha256: string): string {
  return trailerOf(manifestText(manifest), sha256)
}

function trailerOf(manifest: string, sha256: string): string {
  return `${TRAILER}${JSON.stringify(manifest)},"sha256":"${sha256}"}\n`
}

/**
 * The trailer for a manifest. @throws ElysiaError ELYSIA_STORE if it is too long for a reader, or its manifest too
 * large
 */
export function readableTrailer(manifest: Manifest, sha256: string): string {
  const trailer = trailerOf(readableManifest(manifest), sha256)
  if (Buffer.byteLength(trailer) > OBJECT_LINE.bytes) throw tooLongATrailer()
  return trailer
}

/**
 * Refuses a plan with so many ranges that no reader would accept its trailer, which has a part for each range. `part`
 * makes the smallest part of a range.
 * @throws ElysiaError ELYSIA_STORE
 */
export function requireReadableTrailer(
  { ranges, tenants = [] }: Plan,
  part: (index: number) => Part,
  bytes = OBJECT_LINE.bytes,
): void {
  let left = bytes
  for (const tenant of tenants) left -= itemBytes(tenant)
  for (const [index, range] of ranges.entries()) {
    left -= itemBytes(range) + itemBytes(part(index))
    if (left < 0) throw tooLongATrailer()
  }
}

/** The bytes of one item of a manifest's list in the trailer, which holds the manifest as an escaped text. */
function itemBytes(item: object): number {
  return Buffer.byteLength(escaped([[[item]]])) - AROUND_ITEM
}

const escaped = (value: unknown) => JSON.stringify(JSON.stringify(value, null, 2))
/**
 * Everything around an item apart from its indentation, a comma and the end of its line; the items of a manifest are
 * this deep.
 */
const AROUND_ITEM = escaped([[[0]]]).length - '0'.length - '      ,\\n'.length

function tooLongATrailer(): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', 'the trailer of the file would be longer than 256 MiB', {
    hint: 'so many tenants need a directory: back up --to DIR, or fewer of them at once with --tenant',
  })
}

/** True for the first line of such a file. */
export function isSingleHeader(line: string): boolean {
  return line.startsWith(`{"${HEADER}":`)
}
