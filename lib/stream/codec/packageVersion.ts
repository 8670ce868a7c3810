import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { messageOf } from '../../core/errors.ts'

/**
 * An installed package with its version, in the form of a manifest: `lz4-napi 2.10.0`. Not every package allows the
 * import of its package.json, so this searches for it above the file that an import would load.
 */
export async function packageVersion(name: string): Promise<string> {
  let directory = dirname(createRequire(import.meta.url).resolve(name))
  for (;;) {
    const found = await readFile(join(directory, 'package.json'), 'utf8').catch(messageOf)
    const version = found.startsWith('{') ? versionIn(found, name) : undefined
    if (version !== undefined) return `${name} ${version}`
    if (directory === dirname(directory)) return name
    directory = dirname(directory)
  }
}

function versionIn(text: string, name: string): string | undefined {
  const described = JSON.parse(text) as { name?: string; version?: string }
  return described.name === name ? described.version : undefined
}
