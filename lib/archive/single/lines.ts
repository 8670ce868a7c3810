import { ElysiaError } from '../../core/errors.ts'
import type { Manifest, Part, Plan } from '../manifest.ts'
import { manifestText, readableManifest, sha256Of } from '../manifestFile.ts'
import { type LineBound, OBJECT_LINE } from '../object/bounds.ts'

/*
 * An archive as one file or pipe: a header line with the plan and its digest, a line an object, a trailer line
 * with the manifest and the SHA-256 of all bytes before it. Without its trailer it is cut short. The manifest has one
 * part a range, whose `file` is `-`N and whose digests are of its lines.
 */
/** The key of the plan in the header line. */
export const HEADER = 'elysiactl_archive'

/** How the trailer line begins. */
export const TRAILER = '{"elysiactl_manifest":'

/** Its largest part are the names of tenants, each of them twice: this holds 400,000 of the longest. */
export const HEADER_LINE: LineBound = { bytes: 64 * 1024 * 1024, what: 'header' }

/** The header line, with its newline. */
export function singleHeader(plan: Plan): string {
  const text = JSON.stringify(plan)
  return `{"${HEADER}":${text},"sha256":"${sha256Of(text)}"}\n`
}

/** @throws ElysiaError ELYSIA_STORE where a header is longer than a reader takes */
export function requireReadableHeader(header: string): void {
  if (Buffer.byteLength(header) <= HEADER_LINE.bytes) return
  throw new ElysiaError('ELYSIA_STORE', 'the header of the file would be longer than 64 MiB', {
    hint: 'so many tenants, or such a schema, need a directory: back up --to DIR',
  })
}

/** The trailer line, with its newline; `sha256` of the bytes of all lines before it. */
export function singleTrailer(manifest: Manifest, sha256: string): string {
  return trailerOf(manifestText(manifest), sha256)
}

function trailerOf(manifest: string, sha256: string): string {
  return `${TRAILER}${JSON.stringify(manifest)},"sha256":"${sha256}"}\n`
}

/**
 * The trailer of a manifest that is to be written. @throws ElysiaError ELYSIA_STORE where it is longer than a reader
 * takes, or the manifest in it larger
 */
export function readableTrailer(manifest: Manifest, sha256: string): string {
  const trailer = trailerOf(readableManifest(manifest), sha256)
  if (Buffer.byteLength(trailer) > OBJECT_LINE.bytes) throw tooLongATrailer()
  return trailer
}

/**
 * Refuses a plan of so many ranges that no reader would take its trailer, which has a part for each range. `part`
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

/** What an item of a list of the manifest takes in the trailer, where its text is a text in a text. */
function itemBytes(item: object): number {
  return Buffer.byteLength(escaped([[[item]]])) - AROUND_ITEM
}

const escaped = (value: unknown) => JSON.stringify(JSON.stringify(value, null, 2))
/** All around an item but its indentation, a comma and the end of its line: they are as deep in a manifest. */
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
