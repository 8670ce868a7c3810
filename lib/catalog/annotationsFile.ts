import { ElysiaError } from '../core/errors.ts'
import {
  type Annotations,
  annotationsAt,
  readAnnotations,
  type StorageAt,
  writeAnnotations,
} from './annotations.ts'
import { inspectArchive } from './inspect.ts'
import type { ArchiveRecord } from './record.ts'

/**
 * Writes annotations beside an archive, if it is still there, and replaces only its own.
 * @throws ElysiaError ELYSIA_CONFLICT if something else is there, ELYSIA_DAMAGED if the existing file does not hold
 * annotations, ELYSIA_STATE if the place is not writable
 */
export async function updateAnnotationsFile(
  record: ArchiveRecord,
  annotations: Annotations,
  storageAt: StorageAt,
): Promise<void> {
  await requireOwnPlace(record, storageAt)
  await writeAnnotations(record, annotations, storageAt)
}

async function requireOwnPlace(record: ArchiveRecord, storageAt: StorageAt): Promise<void> {
  const inspection = await inspectArchive(record, storageAt)
  const { location, id } = record
  if (inspection.found === 'nothing') throw misplacedArchive(`${location} is not there any more`)
  if (inspection.found === 'directory' || inspection.found === 'other') {
    const fact = inspection.found === 'other' ? inspection.fact : 'holds no archive any more'
    throw misplacedArchive(`${location} ${fact}`)
  }
  const { storage, name } = annotationsAt(record, storageAt)
  if (
    (await storage.bytes(name)) !== undefined &&
    (await readAnnotations(record, id, storageAt)) === undefined
  )
    throw misplacedArchive(`${storage.text}/${name} is of another archive`)
}

function misplacedArchive(message: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', message, {
    hint: 'if it was moved or removed, `elysiactl col catalog rebuild DIR` brings the catalog up to date',
  })
}
