import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'
import { addsCode, PREFIX, readCompiled, writeCompiled } from './compiledCode.ts'
import { withStartFlags } from './heap.ts'
import { placeOfCompiled } from './place.ts'

export { tuneHeapLater } from './heap.ts'

/** The function that wraps a CommonJS module. */
type ModuleWrapper = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  file: string,
  directory: string,
  importModule: (name: string, options?: ImportCallOptions) => Promise<unknown>,
) => void

/** A long run caches what it has compiled by then: later V8 drops code that was called once. */
const KEEP_AFTER_MS = 2_000
const MOST_CHARACTERS = 200
/** From this time on V8 may run with other flags. */
const LATE_MS = 500
/** The last line of each built file: a hash of its content. */
const ID_LINE = /\/\/# id=(\w+)\n$/

const words = ownWords(process.argv.slice(2))
const loaded = new Map<string, object>()
let placed: { readonly directory: string | undefined } | undefined

/**
 * Loads a built file beside this one, and the built files that it requires, with the code that earlier runs compiled.
 * Node's own cache stores a file before it runs: without its functions, which are then compiled one by one.
 */
export function load(name: string): object {
  const loadedModule = loaded.get(name)
  if (loadedModule !== undefined) return loadedModule
  const file = join(__dirname, name)
  const require = createRequire(file)
  placed ??= { directory: placeOfCompiled() }
  const { directory } = placed
  // Node can map positions to the sources only in what it loads itself.
  if (directory === undefined || process.sourceMapsEnabled) return require(file) as object
  const module = { exports: {} }
  loaded.set(name, module.exports)
  const siblings = (wanted: string) =>
    /^\.\/[\w.]+\.cjs$/.test(wanted) ? load(wanted.slice(2)) : require(wanted)
  const isLate = performance.now() > LATE_MS
  const script = isLate
    ? withStartFlags(() => scriptOf(file, name, directory))
    : scriptOf(file, name, directory)
  const run = script.runInThisContext() as ModuleWrapper
  run(module.exports, siblings, module, file, dirname(file), (wanted, options) => import(wanted, options))
  loaded.set(name, module.exports)
  return module.exports
}

/** Loads a script in another thread, which begins while the first one is working. */
export function loadInThread(name: string): object {
  return withStartFlags(() => load(name))
}

function scriptOf(file: string, name: string, directory: string): Script {
  // Built files are ASCII.
  const source = readFileSync(file, 'latin1')
  const id = ID_LINE.exec(source.slice(-100))?.[1]
  const path = join(directory, `${PREFIX}${name}-${groupOf()}-${id}`)
  const compiled = readCompiled(path)
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname, import_module) { ${source}\n})`,
    {
      filename: file,
      cachedData: compiled?.code,
    },
  )
  const known = script.cachedDataRejected === true ? undefined : compiled
  const use = useOf()
  if (id !== undefined && addsCode(known, use)) {
    keepLater(() => withStartFlags(() => writeCompiled(path, script, [...(known?.uses ?? []), use])))
  }
  return script
}

/** Calls it once: at a successful end of the run, or after a while. */
function keepLater(keep: () => void): void {
  const once = () => {
    clearTimeout(timer)
    process.off('exit', atExit)
    keep()
  }
  const atExit = (code: number) => {
    if (code === 0) once()
  }
  const timer = setTimeout(once, KEEP_AFTER_MS).unref()
  process.once('exit', atExit)
}

/** The group of the command: each has its own compiled code, since all of it is loaded at each start. */
function groupOf(): string {
  return /^[a-z]{1,16}$/.exec(words[0] ?? '')?.[0] ?? 'none'
}

/** Identifies by names which functions a run calls; contains no values. */
function useOf(): string {
  const command = words.slice(1, 2).filter((word) => /^[a-z-]{1,16}$/.test(word))
  const flags = words.flatMap((word) => /^--?[a-z-]{1,40}(?==|$)/.exec(word)?.[0] ?? [])
  const stores = words.flatMap((word) => /(?<=^|=)(https?|sqlite|memory)(?=:)/.exec(word)?.[0] ?? [])
  return [...command, ...new Set([...flags, ...stores])].join(' ').slice(0, MOST_CHARACTERS)
}

/** The words after `--` are a foreign command. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end === -1 ? argv : argv.slice(0, end)
}
