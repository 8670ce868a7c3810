import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ElysiaError } from '../../core/errors.ts'
import { hashBytes } from '../../stream/bytes/hashBytes.ts'
import { storageFailure } from '../storage/failure.ts'
import type { Storage } from '../storage/storage.ts'

/** The SHA-256 and the size of a stored file. @throws ElysiaError ELYSIA_NOT_FOUND */
export async function hashFile(storage: Storage, name: string, signal?: AbortSignal) {
  const stored = hashBytes()
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() })
  await pipeline([await storage.read(name), stored, nothing], signal ? { signal } : {})
  return { bytes: stored.bytes, sha256: stored.sha256() }
}

/**
 * Reads back a part that was just written, and removes it if the bytes differ.
 * @throws ElysiaError ELYSIA_STATE if the disk returns other bytes than were written
 */
export async function confirmPart(
  storage: Storage,
  name: string,
  sha256: string,
  signal?: AbortSignal,
): Promise<void> {
  const again = await hashFile(storage, name, signal).catch((error) => {
    throw storageFailure(error, storage, name)
  })
  if (again.sha256 === sha256) return
  await storage.remove(name)
  throw new ElysiaError('ELYSIA_STATE', `${storage.text}/${name} does not read back as it was written`, {
    hint: 'check the disk, or give another --to',
  })
}
