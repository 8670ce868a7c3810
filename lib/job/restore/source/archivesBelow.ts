import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** ROOT/CLASS/ARCHIVE, newest first. */
export async function archivesBelow(root: string): Promise<string[]> {
  const classes = await readdir(root).catch(() => [])
  const found = classes.map(async (name) => {
    const archives = await readdir(join(root, name)).catch(() => [])
    return archives.map((archive) => join(root, name, archive))
  })
  return (await Promise.all(found)).flat().sort().reverse()
}
