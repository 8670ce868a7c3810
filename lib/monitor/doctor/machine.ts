import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Settings } from '../../config/settings.ts'
import { messageOf } from '../../core/errors.ts'
import { type Check, checksOf } from './check.ts'

const NEEDED = [22, 22] as const

/** Checks the version of Node. */
export function checkNode(version = process.versions.node): Check {
  const { ok, fault } = checksOf('node')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNew = major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
  if (isNew) return ok(process.execPath, `Node.js ${version}`)
  return fault(
    process.execPath,
    `Node.js ${version} is too old`,
    `install Node.js ${NEEDED.join('.')} or newer`,
  )
}

/** A package with native code, and what fails without it; a warning if something else can replace it. */
interface Addon {
  readonly name: string
  readonly without: string
  readonly replaced?: true
}

const ADDONS: readonly Addon[] = [
  { name: 'better-sqlite3', without: 'embedded stores, journals, the catalog and the history do not work' },
  { name: '@node-rs/xxhash', without: 'lz4 does not work' },
  { name: 'lz4-napi', without: 'lz4 does not work' },
  { name: 'zstd-napi', without: 'zstd is slower: that of Node takes its place', replaced: true },
  { name: 'parquet-wasm', without: 'Parquet does not work' },
  { name: 'weaviate-client', without: 'servers cannot be reached' },
]

/** Loads each addon, starting from `from`, a file of this package whose modules lie beside it. */
export async function checkAddons(from: string, addons: readonly Addon[] = ADDONS): Promise<Check[]> {
  const { ok, warning, fault } = checksOf('addons')
  const { resolve } = createRequire(from)
  return Promise.all(
    addons.map(async ({ name, without, replaced }) => {
      try {
        await import(pathToFileURL(resolve(name)).href)
        return ok(name, 'loads')
      } catch (error) {
        const [first = ''] = messageOf(error).split('\n')
        const next = `install it for this machine: \`npm rebuild ${name}\`, or install elysiactl again`
        return (replaced ? warning : fault)(name, `does not load, so ${without}: ${first}`, next)
      }
    }),
  )
}

/** Checks the configuration files in their order, and lists what was not understood in files and environment. */
export function checkConfiguration({ files, targets, warnings, layers }: Settings): Check[] {
  const { ok, warning, fault } = checksOf('configuration')
  const read = files.map(({ path, kind, refused }) => {
    if (refused !== undefined)
      return fault(
        path,
        `is refused: ${refused}`,
        'make it yours alone (chown, chmod go-w), or take that key out',
      )
    const values = layers.find(({ origin }) => origin === path)?.values ?? {}
    const named = Object.values(targets).filter(({ origin }) => origin === path).length
    return ok(path, `${kind}: ${Object.keys(values).length} options, ${named} targets`)
  })
  const none = files.length === 0 ? [ok('files', 'none; `elysiactl config init` writes one')] : []
  const unknown = warnings.map((text) =>
    warning('environment', text, '`elysiactl config show` lists what is known'),
  )
  return [...read, ...none, ...unknown]
}
