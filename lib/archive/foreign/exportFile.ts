import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import {
  type Footer,
  footerBytes,
  readFooter,
  requireReadable,
  TRAILER_BYTES,
} from '../format/parquet/footer.ts'

/** One Parquet file of an export, with what its footer says. */
export interface ExportFile {
  readonly path: string
  readonly collection: string
  readonly tenant?: string
  readonly objects: number
}

/** The footer of a Parquet file. Memory: ten times the footer. @throws ElysiaError ELYSIA_DAMAGED */
export async function footerOf(path: string): Promise<Footer> {
  try {
    const handle = await openRegular(path)
    try {
      const length = footerBytes(await endOf(handle, TRAILER_BYTES))
      if (length === undefined) throw new Error('does not end as a Parquet file does')
      requireReadable(length)
      return readFooter(await endOf(handle, length))
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new ElysiaError('ELYSIA_DAMAGED', `${path} ${messageOf(cause)}`, { cause })
  }
}

/** The last `length` bytes of a file. Throws an Error if the file is shorter. */
export async function endOf(handle: FileHandle, length: number): Promise<Buffer> {
  const { size } = await handle.stat()
  if (length > size) throw new Error('is shorter than its footer')
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  return buffer
}

/** Opens a regular file for reading; a pipe in its place might never end. */
export async function openRegular(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new Error('is not a regular file')
}
