import { ElysiaError } from '../core/errors.ts'
import {
  type Annotations,
  annotationsAt,
  type PlaceAt,
  readAnnotations,
  writeAnnotations,
} from './annotations.ts'
import { inspectArchive } from './inspect.ts'
import type { ArchiveRecord } from './record.ts'

/**
 * Writes annotations beside an archive, where it still lies there, and in place of its own ones.
 * @throws ElysiaError ELYSIA_CONFLICT where something else lies there, ELYSIA_DAMAGED where what is called
 * annotations is none, ELYSIA_STATE where the place cannot be written to
 */
export async function writeBeside(
  record: ArchiveRecord,
  annotations: Annotations,
  placeAt: PlaceAt,
): Promise<void> {
  await requireOwnPlace(record, placeAt)
  await writeAnnotations(record, annotations, placeAt)
}

async function requireOwnPlace(record: ArchiveRecord, placeAt: PlaceAt): Promise<void> {
  const inspection = await inspectArchive(record, placeAt)
  const { location, id } = record
  if (inspection.found === 'nothing')
    throw new ElysiaError('ELYSIA_CONFLICT', `${location} is not there any more`)
  if (inspection.found === 'directory' || inspection.found === 'other') {
    const fact = inspection.found === 'other' ? inspection.fact : 'holds no archive any more'
    throw new ElysiaError('ELYSIA_CONFLICT', `${location} ${fact}`)
  }
  const { place, name } = annotationsAt(record, placeAt)
  if ((await place.bytes(name)) !== undefined && (await readAnnotations(record, id, placeAt)) === undefined)
    throw new ElysiaError('ELYSIA_CONFLICT', `${place.text}/${name} is of another archive`)
}
