import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
/** All packages but the one that is 700 modules, and is loaded lazily. */
const external = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => name !== 'typebox',
)

/**
 * A script of the tests as one file, for those that begin it again and again: a process loads that in half the time of
 * the modules that it is made of. What asks for its own place, as threads do, does not work in it.
 */
export function oneFile(script: URL): string {
  const entry = fileURLToPath(script)
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.22',
    external,
    write: false,
    logLevel: 'warning',
  })
  const home = join(root, '.tap/scripts')
  mkdirSync(home, { recursive: true })
  const file = join(home, `${basename(entry, '.ts')}.mjs`)
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, outputFiles[0]!.contents)
  renameSync(mine, file)
  return file
}
