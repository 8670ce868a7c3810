import { ElysiaError } from '../../core/errors.ts'
import type { Manifest, Plan } from '../manifest.ts'
import { manifestText, sha256Of } from '../manifestFile.ts'
import type { LineBound } from '../object/lineReader.ts'

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
  return `${TRAILER}${JSON.stringify(manifestText(manifest))},"sha256":"${sha256}"}\n`
}

/** True for the first line of such a file. */
export function isSingleHeader(line: string): boolean {
  return line.startsWith(`{"${HEADER}":`)
}
