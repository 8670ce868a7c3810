import { isUtf8 } from 'node:buffer'
import type { RecordFault } from './check.ts'
import { ContentRoot } from './contentRoot.ts'
import type { FileChange } from './record.ts'

/** The content of a file, according to a record. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  /** Not to be indexed, and why. */
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly fault: RecordFault }

/** Which files may be content, and how large they may be. */
export interface ContentOptions {
  /** The directory in which `content_ref` may name files; without it every reference is rejected. */
  readonly contentRoot?: string
  /** The largest file that `content_ref` may name. 64 MiB. */
  readonly maxContentBytes?: number
}

const DEFAULT_MAX_CONTENT_BYTES = 64 * 1024 * 1024
const NONE: Content = { kind: 'none' }
const NO_ROOT: Content = {
  kind: 'fault',
  fault: { code: 'ref_not_allowed', reason: '"content_ref" is not followed without --content-root' },
}

/** Decodes text unchanged, byte order mark included; bytes that are not UTF-8 or contain a NUL are binary. */
function decoded(bytes: Buffer): Content {
  if (!isUtf8(bytes) || bytes.includes(0)) return { kind: 'skipped', reason: 'binary' }
  return { kind: 'text', text: bytes.toString('utf8') }
}

/**
 * Makes a function that finds the content of a record: the first of `skip_index`, `content`, `content_base64` and
 * `content_ref` that is present decides. The record must have passed the check.
 * @throws ElysiaError ELYSIA_USAGE if the content root is not a directory
 */
export function contentResolver(options: ContentOptions = {}): (record: FileChange) => Content {
  const { contentRoot, maxContentBytes = DEFAULT_MAX_CONTENT_BYTES } = options
  const root = contentRoot === undefined ? undefined : new ContentRoot(contentRoot, maxContentBytes)
  return (record) => {
    if (record.skip_index === true) return { kind: 'skipped', reason: record.skip_reason || 'skip_index' }
    if (record.content != null) return { kind: 'text', text: record.content }
    if (record.content_base64 != null) return decoded(Buffer.from(record.content_base64, 'base64'))
    if (record.content_ref == null) return NONE
    return root === undefined ? NO_ROOT : referred(root, record.content_ref)
  }
}

function referred(root: ContentRoot, ref: string): Content {
  const { bytes, fault } = root.read(ref)
  return fault === undefined ? decoded(bytes) : { kind: 'fault', fault }
}
