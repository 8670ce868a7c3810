import { ElysiaError } from '../../core/errors.ts'
import type { Part } from '../manifest.ts'
import type { Storage } from '../storage/storage.ts'
import { hashFile } from './confirmPart.ts'
import { damagedPart } from './read.ts'

/** A manifest's facts about the bytes of a file: a part, or an index. */
export type DeclaredFile = Pick<Part, 'file' | 'bytes' | 'sha256'>

/** The fault of a stored file, for the end of a sentence; undefined if it matches its manifest. */
export async function fileFault(
  storage: Storage,
  { file, bytes, sha256 }: DeclaredFile,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const stored = await hashFile(storage, file, signal).catch((error: unknown) => {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  })
  if (stored === undefined) return 'is missing'
  if (stored.bytes !== bytes) return `is ${stored.bytes} bytes long, the manifest says ${bytes}`
  return stored.sha256 === sha256 ? undefined : 'has a SHA-256 that does not match the manifest'
}

/**
 * Reads a stored part and checks its hash.
 * @throws ElysiaError ELYSIA_DAMAGED, naming the part, if the stored file does not match its manifest
 */
export async function checkPart(storage: Storage, part: DeclaredFile, signal?: AbortSignal): Promise<void> {
  const fault = await fileFault(storage, part, signal)
  if (fault !== undefined) throw damagedPart(part, fault)
}
