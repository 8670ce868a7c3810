import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../', import.meta.url))
const directory = join(root, '.tap', 'packages')

/**
 * Each is hundreds of modules, which nearly every process of tests loads: half a second of the processor, and a tenth as one
 * file.
 */
const PACKAGES = [
  'fast-check',
  'nice-grpc',
  'protobufjs/minimal.js',
  'typebox',
  'typebox/compile',
  'weaviate-client',
]

const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);"

/**
 * Writes them as one file each, with what they share in others, and a list of them for test/process.mjs: it is that of the
 * packages which are installed now.
 */
export async function bundleTestPackages(): Promise<void> {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const entries = await Promise.all(PACKAGES.map(entryOf))
  await build({
    entryPoints: entries,
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node22.22',
    minifyWhitespace: true,
    banner: { js: BANNER },
  })
  const files = PACKAGES.map((name) => [name, pathToFileURL(join(directory, `${plain(name)}.mjs`)).href])
  const installed = statSync(join(root, 'node_modules/.package-lock.json')).mtimeMs
  writeFileSync(join(directory, 'list.json'), JSON.stringify({ installed, files: Object.fromEntries(files) }))
}

/** A module that exports what the package does, by name: of CommonJS the names are known to Node alone. */
async function entryOf(name: string): Promise<string> {
  const names = Object.keys(await import(name)).filter((one) => /^\w+$/.test(one))
  const lines = names.map((one) =>
    one === 'default' ? 'export default all.default' : `export const ${one} = all.${one}`,
  )
  const path = join(directory, 'entries', `${plain(name)}.mjs`)
  mkdirSync(join(directory, 'entries'), { recursive: true })
  writeFileSync(path, `import * as all from '${name}'\n${lines.join('\n')}\n`)
  return path
}

function plain(name: string): string {
  return name.replaceAll(/\W/g, '_')
}
