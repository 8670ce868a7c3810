// Runs the built command inside the process of the test, where a process of its own would prove nothing more: that takes a
// tenth of the time. What a process has to itself is set for the run and put back after it.
import { fstatSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import pLimit from 'p-limit'
import { readCompiled, writeCompiled } from '../../bin/start/compiledCode.ts'
import type { Ended } from './elysiactl.ts'

/** Where the command runs, and with what. */
export interface Place {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What stands on standard input. */
  readonly input: string
}

type Wrapped = (
  exports: object,
  require: (name: string) => unknown,
  module: { exports: object },
  file: string,
  directory: string,
  importModule: (name: string, options?: ImportCallOptions) => Promise<unknown>,
) => void

interface Main {
  main(argv: readonly string[]): Promise<void>
}

const BUILT = fileURLToPath(new URL('../../dist/bin/', import.meta.url))
const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))
const COMPILED = fileURLToPath(new URL('../../.tap/compiled/', import.meta.url))

const scripts = new Map<string, Script>()
/** Packages, which keep nothing of a run. The command itself is evaluated again for each, as a process would do. */
const packages = new Map<string, object>()
const oneAtATime = pLimit(1)

/** Each takes its turn: there is one working directory, one environment and one standard output. */
export function runInside(args: readonly string[], place: Place): Promise<Ended> {
  return oneAtATime(() => runAlone(args, place))
}

/**
 * True of what only a process of its own can show: it starts others that write to its stderr, is to be killed, or is given
 * what Node reads when it starts.
 */
export function needsProcess(args: readonly string[], variables: Readonly<Record<string, string>>): boolean {
  return (
    process.env.ELYSIACTL_TEST_PROCESSES !== undefined ||
    (args[0] === 'auto' && !args.includes('--dry-run')) ||
    args.includes('--from-command') ||
    args.includes('--version') ||
    Object.keys(variables).some((name) => /^(NODE_|GRPC_|ELYSIACTL_FAILPOINT)/.test(name)) ||
    fstatSync(0).isFile()
  )
}

async function runAlone(args: readonly string[], { directory, env, input }: Place): Promise<Ended> {
  const stdout = new Kept()
  const stderr = new Kept()
  const stdin = new PassThrough()
  stdin.on('error', () => {}).end(input)
  const exit = Promise.withResolvers<number>()
  const putBack = [
    replace({ argv: [process.execPath, COMMAND, ...args], stdin, stdout, stderr, exit: exit.resolve }),
    setEnvironment(env),
    setDirectory(directory),
    keepListeners(),
  ]
  try {
    const code = await Promise.race([exit.promise, ended(args)])
    return { code, stdout: stdout.text(), stderr: stderr.text() }
  } finally {
    for (const one of putBack.reverse()) one()
  }
}

async function ended(args: readonly string[]): Promise<number> {
  const before = process.exitCode
  try {
    await (load('main.cjs') as Main).main(args)
    // What was written last of all has arrived by then.
    await setImmediate()
    return Number(process.exitCode)
  } finally {
    process.exitCode = before
  }
}

/** What bin/start does, which keeps the command itself for the whole of its process, and compiled code in the cache of the user. */
function load(name: string): object {
  const known = packages.get(name)
  if (known !== undefined) return known
  const file = join(BUILT, name)
  const require = createRequire(file)
  const siblings = Object.assign(
    (wanted: string) => (isBeside(wanted) ? load(wanted.slice(2)) : require(wanted)),
    { resolve: require.resolve },
  )
  const importModule = (wanted: string, options?: ImportCallOptions) =>
    import(wanted.startsWith('.') ? pathToFileURL(join(BUILT, wanted)).href : wanted, options)
  const module = { exports: {} }
  const run = scriptOf(name, file).runInThisContext() as Wrapped
  run(module.exports, siblings, module, file, dirname(file), importModule)
  if (name !== 'main.cjs') packages.set(name, module.exports)
  return module.exports
}

function isBeside(wanted: string): boolean {
  return /^\.\/[\w.]+\.cjs$/.test(wanted)
}

function scriptOf(name: string, file: string): Script {
  const known = scripts.get(name)
  if (known !== undefined) return known
  const source = readFileSync(file, 'latin1')
  const id = /\/\/# id=(\w+)\n$/.exec(source.slice(-100))?.[1]
  const path = join(COMPILED, `inside-${name}-${process.versions.v8}-${id}`)
  const cachedData = readCompiled(path)?.code
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname, import_module) { ${source}\n})`,
    { filename: file, cachedData },
  )
  scripts.set(name, script)
  if (cachedData === undefined || script.cachedDataRejected === true) keepAtExit(path, script)
  return script
}

/** For the files of tests that come after. */
function keepAtExit(path: string, script: Script): void {
  process.once('exit', () => {
    mkdirSync(COMPILED, { recursive: true })
    writeCompiled(path, script, [])
  })
}

/** Sets properties of the process. Returns what puts back those that were there. */
function replace(values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(process, name)!] as const,
  )
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(process, name, { configurable: true, enumerable: true, writable: true, value })
  }
  return () => {
    for (const [name, descriptor] of before) Object.defineProperty(process, name, descriptor)
  }
}

function setEnvironment(env: Place['env']): () => void {
  const before = { ...process.env }
  const set = (variables: Place['env']) => {
    for (const name of Object.keys(process.env)) if (variables[name] === undefined) delete process.env[name]
    for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value
  }
  set(env)
  return () => set(before)
}

function setDirectory(directory: string): () => void {
  const before = process.cwd()
  process.chdir(directory)
  return () => process.chdir(before)
}

/** What listens to the process now does so again afterwards, and nothing else; what waits for its end is told of it. */
function keepListeners(): () => void {
  const of = () => new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]))
  const before = of()
  return () => {
    for (const [name, listeners] of of()) {
      const old = before.get(name) ?? []
      const added = listeners.filter((one) => !old.includes(one))
      for (const one of added) process.off(name, one as () => void)
      if (name === 'exit') for (const one of added) one.call(process, process.exitCode)
    }
    for (const [name, listeners] of before) {
      const now = process.rawListeners(name)
      for (const one of listeners) if (!now.includes(one)) process.on(name, one as () => void)
    }
  }
}

/** Takes all that is written. */
class Kept extends Writable {
  readonly #chunks: Buffer[] = []

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    this.#chunks.push(chunk)
    callback()
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString()
  }
}
