import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

/** Chunks that a program is cut into, each a module of its own in a directory, and what each of them exports. */
interface Chunks {
  readonly directory: string
  readonly main: string
  /** Those that are loaded at each start, and those that `lazy` loads later. */
  readonly early: ReadonlyMap<string, readonly string[]>
  readonly lazy: readonly string[]
}

export interface SplitOptions {
  /** The module that a program begins with. */
  readonly main: string
  /** Modules that are imported lazily, but needed at the start that is to be fast. */
  readonly early: readonly string[]
  /** Where the chunks stand for a moment; below a package.json that says that they are modules. */
  readonly directory: string
  readonly options: BuildOptions
  /** Writes a file of the program: its name, and how it is built. */
  readonly write: (name: string, options: BuildOptions) => Promise<void>
}

/** What is not needed at each start. */
const REST = 'rest.cjs'
const MAIN = 'main.cjs'

/**
 * A program as two files: what each start needs, and the rest, which the first lazy import loads. Node brings back the
 * compiled code of a file as a whole, which takes as long as the file has functions.
 */
export async function splitInTwo(split: SplitOptions): Promise<void> {
  const { directory } = split
  await mkdir(directory, { recursive: true })
  try {
    const chunks = await cut(split, directory)
    await split.write(MAIN, {
      stdin: { contents: mainText(chunks), resolveDir: directory },
      banner: { js: `const loadRest = async (name) => require('./${REST}').modules[name]()` },
    })
    await split.write(REST, {
      stdin: { contents: restText(chunks), resolveDir: directory },
      plugins: [fromMain(chunks)],
    })
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function cut({ main, early, options }: SplitOptions, directory: string): Promise<Chunks> {
  const { metafile } = await build({
    ...options,
    entryPoints: [main, ...early],
    outdir: directory,
    entryNames: '[name]-[hash]',
    format: 'esm',
    splitting: true,
    sourcemap: 'inline',
    metafile: true,
  })
  const outputs = new Map(Object.entries(metafile.outputs).map(([name, output]) => [nameOf(name), output]))
  const entryOf = (module: string) =>
    [...outputs].find(([, { entryPoint }]) => entryPoint !== undefined && module.endsWith(entryPoint))![0]
  const atStart = reachable(outputs, [main, ...early].map(entryOf))
  const isLazy = ([name, { entryPoint }]: [string, Output]) => entryPoint !== undefined && !atStart.has(name)
  for (const name of atStart) await loadLazily(join(directory, name), atStart)
  return {
    directory,
    main: entryOf(main),
    early: new Map([...atStart].map((name) => [name, outputs.get(name)!.exports])),
    lazy: [...outputs].filter(isLazy).map(([name]) => name),
  }
}

type Output = Metafile['outputs'][string]

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The chunks that these import, at any remove, but not lazily. */
function reachable(outputs: ReadonlyMap<string, Output>, entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [...entries]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    found.add(name)
    const imports = outputs
      .get(name)!
      .imports.filter(({ kind, external }) => kind === 'import-statement' && !external)
    open.push(...imports.map(({ path }) => nameOf(path)))
  }
  return found
}

/** Has a chunk of the start load what it imports lazily from the rest. */
async function loadLazily(path: string, atStart: ReadonlySet<string>): Promise<void> {
  const text = await readFile(path, 'utf8')
  const loading = text.replace(/\bimport\("\.\/([^"/]+\.js)"\)/g, (call, name: string) =>
    atStart.has(name) ? call : `loadRest("${name}")`,
  )
  await writeFile(path, loading)
}

/** The program's own exports, and `shared`: for each chunk what makes an object of its exports, for the rest. */
function mainText({ main, early }: Chunks): string {
  const imports: string[] = []
  const shared: string[] = []
  for (const [at, [name, exports]] of [...early].entries()) {
    const own = exports.map((one, index) => [one, `c${at}_${index}`] as const)
    imports.push(`import { ${own.map(([one, as]) => `${one} as ${as}`).join(', ')} } from './${name}'`)
    shared.push(`'${name}': () => ({ ${own.map(([one, as]) => `${one}: ${as}`).join(', ')} })`)
  }
  return [`export * from './${main}'`, ...imports, `export const shared = { ${shared.join(', ')} }`].join(
    '\n',
  )
}

function restText({ lazy }: Chunks): string {
  return `export const modules = { ${lazy.map((name) => `'${name}': () => import('./${name}')`).join(', ')} }`
}

/** Chunks of the start as the rest has them: nothing in them changes any more once the rest is loaded. */
function fromMain({ early }: Chunks): Plugin {
  return {
    name: 'from-main',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path }) =>
        early.has(path.slice(2)) ? { path: path.slice(2), namespace: 'main' } : undefined,
      )
      onResolve({ filter: /^\.\/main\.cjs$/ }, ({ path }) => ({ path, external: true }))
      onLoad({ filter: /./, namespace: 'main' }, ({ path: name }) => ({
        contents: [
          `const chunk = require('./${MAIN}').shared['${name}']()`,
          ...early.get(name)!.map((one, at) => `const e${at} = chunk.${one}\nexport { e${at} as ${one} }`),
        ].join('\n'),
      }))
    },
  }
}
