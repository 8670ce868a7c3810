import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'

/**
 * The directories that archives are known to lie below, as a JSON list beside the catalog: where the catalog is
 * lost, these are looked through. A file that cannot be read is as none.
 */
export function readRoots(file: string): string[] {
  try {
    const { roots } = JSON.parse(readFileSync(file, 'utf8')) as { roots?: unknown }
    if (!Array.isArray(roots)) return []
    return roots.filter((root) => typeof root === 'string' && isAbsolute(root))
  } catch {
    return []
  }
}

/** Whole, or not at all. */
export function writeRoots(file: string, roots: readonly string[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const unfinished = `${file}.${process.pid}.new`
  writeFileSync(unfinished, `${JSON.stringify({ version: 1, roots: roots.toSorted() }, null, 2)}\n`, {
    mode: 0o600,
  })
  renameSync(unfinished, file)
}
