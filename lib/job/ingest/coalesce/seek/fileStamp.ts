import { type BigIntStats, constants, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Input } from '../../input.ts'

const MS = 1_000_000n
const SECOND = 1000n * MS

/**
 * How long a file must be unchanged before its times can be relied on: two changes in one tick of the file system leave
 * the same time. Times without fractions of a second come from one that may count in steps of two seconds.
 */
const TICK_MS = 100n
const LONG_TICK_MS = 2500n

/** What changes with every change of a file: device, inode, size, and the times of the last changes. */
export type FileStamp = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'>

/**
 * The stamp of the regular file that an input reads; undefined if the input does not say that it reads one, if it
 * cannot be examined, or if it was changed so recently that another change might not show.
 */
export function stampOf({ seekable, file, name }: Input): FileStamp | undefined {
  const path = file ?? name
  if (seekable !== true || typeof path !== 'string') return undefined
  try {
    const status = statSync(path, { bigint: true })
    return status.isFile() && isSettled(status) ? status : undefined
  } catch {
    return undefined
  }
}

/** The open file of an input, if it still has this stamp. */
export async function openUnchanged(
  { file, name }: Input,
  stamp: FileStamp,
): Promise<FileHandle | undefined> {
  // Something else may have taken the name by now: a FIFO would wait for its writer.
  const handle = await open(String(file ?? name), constants.O_RDONLY | constants.O_NONBLOCK).catch(() => {})
  if (handle === undefined) return undefined
  if (await hasStamp(handle, stamp)) return handle
  await handle.close()
  return undefined
}

/** True if an open file still has this stamp: the same file, with the same size and times. */
export async function hasStamp(handle: FileHandle, stamp: FileStamp): Promise<boolean> {
  const now = await handle.stat({ bigint: true })
  return (['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const).every((key) => now[key] === stamp[key])
}

function isSettled({ ctimeNs }: FileStamp): boolean {
  const tick = ctimeNs % SECOND === 0n ? LONG_TICK_MS : TICK_MS
  return BigInt(Date.now()) * MS - ctimeNs > tick * MS
}
