import { randomUUID } from 'node:crypto'
import { chmod, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const READABLE_BY_ALL = 0o644

/**
 * Replaces a file in one step: the collector reads the old text or the new one, never a part. Everyone may read it,
 * whatever the umask: the collector is another user.
 * @throws the system's error; the old file is then unchanged, and nothing is left beside it
 */
export async function writeTextfile(file: string, text: string): Promise<void> {
  // The collector takes *.prom: an unfinished file must end differently.
  const unfinished = join(dirname(file), `.${basename(file)}.${randomUUID()}.part`)
  try {
    const handle = await open(unfinished, 'wx', READABLE_BY_ALL)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await chmod(unfinished, READABLE_BY_ALL)
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}
