import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

/** Longer than any machine takes: each file has its own limits. */
const LIMIT_MS = 900_000

/**
 * Runs all `*.tests.ts` of a folder, and of the folders in it that have no `all.test.ts` of their own, in one process: to
 * begin one, and to load the library, is most of what a small file takes. One of them alone runs with `npx tap FILE`.
 */
export async function together(folder: string): Promise<void> {
  t.setTimeout(LIMIT_MS)
  const files = globSync('**/*.tests.ts', { cwd: folder })
  for (const file of files.filter((one) => isOf(folder, one)).sort()) {
    await import(join(folder, file))
    // All tests of a file end before the next one is loaded: it may use the same directory.
    await t.test(file, async () => {})
  }
}

function isOf(folder: string, file: string): boolean {
  for (let inner = dirname(file); inner !== '.'; inner = dirname(inner))
    if (existsSync(join(folder, inner, 'all.test.ts'))) return false
  return true
}
