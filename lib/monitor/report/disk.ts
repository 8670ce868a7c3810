import { statfs } from 'node:fs/promises'
import { messageOf } from '../../core/errors.ts'
import type { MonitorReport } from './schema.ts'

type Disk = MonitorReport['disk'][number]

/**
 * The free space where archives and the state lie; one line for each directory. Calls `note` for those that are
 * missing.
 */
export async function disksOf(directories: readonly string[], note: (text: string) => void): Promise<Disk[]> {
  const disks = [...new Set(directories)].map(async (directory) => {
    try {
      const { bavail, blocks, bsize } = await statfs(directory)
      return [{ directory, free_bytes: bavail * bsize, total_bytes: blocks * bsize }]
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      note(isMissing ? `${directory} is not there` : `the disk of ${directory}: ${messageOf(error)}`)
      return []
    }
  })
  return (await Promise.all(disks)).flat()
}
