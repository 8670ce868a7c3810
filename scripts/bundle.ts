import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { inChunks } from './chunks.ts'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** Native, or large: loaded from node_modules. All others, small as they are, become part of the file. */
const EXTERNAL = [
  '@node-rs/xxhash',
  'apache-arrow',
  'chokidar',
  'cli-truncate',
  'cosmiconfig',
  'log-update',
  'lz4-napi',
  'parquet-wasm',
  'prom-client',
  'stream-json',
  'string-width',
  'tinypool',
  'zstd-napi',
]

/**
 * Each takes 1 to 4 ms to load, with what it loads itself, and most runs into the embedded store call nothing of it: loaded
 * at the first call.
 */
const LATE = ['node:fs/promises', 'node:net', 'node:readline', 'node:v8', 'node:worker_threads', 'node:zlib']

const late: Plugin = {
  name: 'late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${LATE.join('|')})$`) }, ({ path: name }) => ({
      path: name,
      namespace: 'late',
    }))
    onLoad({ filter: /./, namespace: 'late' }, async ({ path: name }) => {
      const names = JSON.stringify(Object.keys(process.getBuiltinModule(name) as object))
      const contents = `let loaded
        for (const name of ${names}) {
          const get = () => (loaded ??= process.getBuiltinModule('${name}'))[name]
          Object.defineProperty(exports, name, { enumerable: true, get })
        }`
      return { contents }
    })
  },
}

/** Of the package of SQLite, which is 20 files, its native part is loaded from where it lies; the others become part of the file. */
const sqlite: Plugin = {
  name: 'sqlite',
  setup({ onLoad }) {
    onLoad({ filter: /better-sqlite3[/\\]lib[/\\]binding\.js$/ }, () => ({
      contents: `const { createRequire } = require('node:module')
        const { dirname, join } = require('node:path')
        const load = createRequire(__filename)
        exports.getBinding = (given) =>
          load(join(dirname(load.resolve('better-sqlite3')), 'binding.js')).getBinding(given)`,
    }))
  },
}

/** Schemas are printed by one command alone: they stay files of their own, which the compiler puts into dist/. */
const schemas: Plugin = {
  name: 'schemas',
  setup({ onResolve }) {
    onResolve({ filter: /lib\/schema\/[\w-]+\.json$/ }, ({ path: from }) => ({
      path: `../lib/schema/${basename(from)}`,
      external: true,
    }))
  },
}

/**
 * typebox is 700 modules, which take 170 ms to load and 14 as one file. That stands beside the command, which loads it
 * when it first needs it.
 */
const TYPEBOX = { module: 'lib/core/typebox.ts', file: 'typebox.cjs' }

const typebox: Plugin = {
  name: 'typebox',
  setup({ onResolve, onLoad }) {
    const here = `./${TYPEBOX.file}`
    onResolve({ filter: /\/typebox\.ts$/ }, ({ kind, path: from }) =>
      kind === 'entry-point' ? undefined : { path: from, namespace: 'typebox' },
    )
    onResolve({ filter: /\/typebox\.cjs$/ }, () => ({ path: here, external: true }))
    onLoad({ filter: /./, namespace: 'typebox' }, () => ({
      contents: `const typebox = require('${here}')
        export default typebox.default
        export const loadCompiler = typebox.loadCompiler
        export const loadCheck = typebox.loadCheck`,
    }))
  },
}

/** Packages that stand beside the command as a file of their own, which is loaded when they are first needed. */
interface SeparateBundle {
  readonly packages: readonly string[]
  readonly file: string
}

/**
 * Weaviate's client and what calls it are 500 modules, which take 180 ms to load and 55 as one file. Only a run against a
 * server loads that.
 */
const WEAVIATE: SeparateBundle = {
  packages: ['weaviate-client', 'nice-grpc', 'protobufjs/minimal.js'],
  file: 'weaviate.cjs',
}

/** A twelfth of the command, for regular expressions in transforms alone. */
const RE2JS: SeparateBundle = { packages: ['re2js'], file: 're2js.cjs' }

/** 75 modules, which take a third of the start where a configuration has alerts, and a tenth of that as one file. */
const YAML: SeparateBundle = { packages: ['yaml'], file: 'yaml.cjs' }

function apart({ packages, file }: SeparateBundle): Plugin {
  return {
    name: file,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(${packages.join('|')})$`) }, ({ path: name }) => ({
        path: name,
        namespace: file,
      }))
      onResolve({ filter: new RegExp(`/${file.replace('.', '\\.')}$`) }, ({ path: own }) => ({
        path: own,
        external: true,
      }))
      onLoad({ filter: /./, namespace: file }, ({ path: name }) => ({
        contents: `module.exports = require('./${file}')['${name}']`,
      }))
    },
  }
}

function bundleApart({ packages, file }: SeparateBundle): Promise<void> {
  const contents = packages.map((name) => `exports['${name}'] = require('${name}')`).join('\n')
  return bundle(file, { stdin: { contents, resolveDir: path('.') }, plugins: [late] })
}

/**
 * The command as one file: its 140 modules took 70 ms to load, this takes 25. What is imported lazily stays so:
 * it is evaluated when it is first asked for. It is CommonJS, because Node's loader for modules looks at every
 * export of each built-in module that is imported, and so loads all that these load lazily: 15 ms.
 */
const OPTIONS = {
  bundle: true,
  external: EXTERNAL,
  platform: 'node',
  format: 'cjs',
  target: 'node22.22',
  banner: {
    js: [
      '"use strict"; const import_meta_url = require("node:url").pathToFileURL(__filename).href',
      // What bin/start loads is given its own.
      'var import_module = import_module || ((name, options) => import(name, options))',
    ].join('\n'),
  },
  define: { 'import.meta.url': 'import_meta_url' },
  logOverride: { 'empty-import-meta': 'error', 'unsupported-dynamic-import': 'silent' },
  // A quarter less to read and to bring back from the cache, at each start. Names stay as they are in a stack, and
  // `node --enable-source-maps` shows places in the sources.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 200,
  sourcemap: true,
  sourcesContent: false,
} satisfies BuildOptions

/** esbuild takes each package for CommonJS, and gives the whole of it for its default export. */
function withDefaults(code: string): string {
  return code.replace(/__toESM\(require\("([^"]+)"\),\s*1\)/g, (call, name: string) =>
    isModule(name) ? `__toESM(require("${name}"))` : call,
  )
}

function isModule(name: string): boolean {
  const found = EXTERNAL.find((one) => name === one || name.startsWith(`${one}/`))
  if (found === undefined) return false
  return JSON.parse(readFileSync(path(`node_modules/${found}/package.json`), 'utf8')).type === 'module'
}

/** Compiled code is kept with the id of what it was made of: bin/start looks for the last line. */
function withId(code: string): string {
  return `${code}//# id=${createHash('sha256').update(code).digest('hex').slice(0, 16)}\n`
}

/** Node warns of an import by a script that it has not loaded itself: bin/start imports for those that it loads. */
function withImports(code: string): string {
  return code.replace(/\bimport\((?="|\(0,)/g, 'import_module(')
}

async function bundle(name: string, entry: BuildOptions): Promise<void> {
  const { outputFiles } = await build({
    ...OPTIONS,
    ...entry,
    outfile: path(`dist/bin/${name}`),
    write: false,
  })
  for (const file of outputFiles) {
    await mkdir(dirname(file.path), { recursive: true })
    await writeFile(
      file.path,
      file.path.endsWith('.cjs') ? withId(withImports(withDefaults(file.text))) : file.contents,
    )
  }
}

const OWN_PLUGINS = [late, sqlite, schemas, typebox, apart(WEAVIATE), apart(RE2JS), apart(YAML)]

await bundle(
  'main.cjs',
  await inChunks(path('bin/main.ts'), { ...OPTIONS, plugins: OWN_PLUGINS, outdir: path('dist/bin') }),
)
await bundle('works.cjs', {
  entryPoints: [path('lib/job/thread/thread.ts')],
  plugins: OWN_PLUGINS,
})
await bundle('start.cjs', { entryPoints: [path('bin/start/start.ts')] })
await writeFile(
  path('dist/bin/thread.cjs'),
  `module.exports = require('./start.cjs').loadInThread('works.cjs')\n`,
)
await bundle(TYPEBOX.file, { entryPoints: [path(TYPEBOX.module)], plugins: [late] })
await bundleApart(WEAVIATE)
await bundleApart(RE2JS)
await bundleApart(YAML)
