import { existsSync } from 'node:fs'
import {
  type Access,
  addressesInTheOpen,
  type ChosenTarget,
  checkPrivateKey,
  chooseTarget,
  type Layer,
  layersFor,
  messageOf,
  type OpenOptions,
  openState,
  openStore,
  parseTarget,
  readApiKey,
  readHeaders,
  resolveOptions,
  type Settings,
  type State,
  type Store,
  type Target,
  targetOptions,
  userPaths,
  withholdCertificate,
  withholdKey,
} from '../library.ts'
import { observeTarget } from '../observers/current.ts'
import type { OpenTarget, OtherTarget, ReadOptions } from './command.ts'
import type { Console } from './console.ts'

/** An open target that can be closed. */
interface Closable extends OpenTarget {
  close(): Promise<void>
}

/** How to open a target that is only read. */
interface ReadOpening {
  readonly reading: ReadOptions
}

/** The known runs into a target. */
interface KnownRuns {
  readonly target: string
  readonly state: State
  /** The journal of jobs on archives, if it is a separate one. */
  readonly history?: State
  close(): Promise<void>
}

/** The stores and the journal that one command opens, each of them once. */
export class OpenedTargets {
  readonly #flags: Layer
  readonly #settings: Settings
  readonly #console: Console
  #own: Promise<Closable> | undefined
  readonly #others = new Map<string, Promise<Closable>>()
  #runs: Promise<KnownRuns> | undefined

  constructor(flags: Layer, settings: Settings, console: Console) {
    this.#flags = flags
    this.#settings = settings
    this.#console = console
  }

  /** The target of the command, or another one. */
  open(use: OpenOptions | ReadOpening, other: OtherTarget | undefined): Promise<Closable> {
    if (other === undefined) {
      this.#own ??= openChosenTarget(this.#flags, this.#settings, this.#console, use)
      return this.#own
    }
    const { address, flag } = other
    const chosen = { ...this.#flags, values: { ...this.#flags.values, target: address } }
    const opened =
      this.#others.get(address) ?? openChosenTarget(chosen, this.#settings, this.#console, use, flag)
    this.#others.set(address, opened)
    return opened
  }

  readRuns(): Promise<KnownRuns> {
    this.#runs ??= readChosenState(this.#flags, this.#settings, this.#console)
    return this.#runs
  }

  async close(): Promise<void> {
    for (const one of [this.#own, this.#runs, ...this.#others.values()]) {
      await (await one?.catch(() => undefined))?.close()
    }
  }
}

/**
 * Opens the target that flags, environment and files choose, and names it on stderr. `flag` is the one on the command
 * line.
 */
async function openChosenTarget(
  flags: Layer,
  settings: Settings,
  console: Console,
  use: OpenOptions | ReadOpening,
  flag = '--target',
): Promise<Closable> {
  const [environment, ...files] = settings.layers
  const { chosen, target } = choose(flags, settings, flag)
  const layers = [flags, environment, chosen.layer, ...files].filter((layer) => layer !== undefined)
  const access = await accessOf(chosen, target, layersFor(targetOptions, layers), console.warn)
  const opening = 'reading' in use ? { ...reading(chosen), ...use.reading } : use
  const absent = isAbsent(target, opening)
  observeTarget(target.text)
  const store = await openStore(target, access, opening)
  const name = chosen.name === undefined ? '' : `${chosen.name}: `
  const note = absent ? ', not there yet: a run creates it' : ''
  console.note(`target ${name}${target.text} (${chosen.origin})${note}`)
  return withState(store, (opening.missing ?? 'make') === 'make' ? 'make' : 'memory')
}

/**
 * The runs into the chosen target. Runs into a server are known here, whether it can be reached or not; those into an
 * embedded store are in its own file.
 */
async function readChosenState(flags: Layer, settings: Settings, console: Console): Promise<KnownRuns> {
  const { chosen, target } = choose(flags, settings, '--target')
  if (target.kind !== 'weaviate') {
    const opened = await openChosenTarget(flags, settings, console, { reading: {} })
    const history = openHistory(console)
    const close = async () => {
      history?.close()
      await opened.close()
    }
    try {
      return { target: opened.store.target, state: opened.state, ...(history && { history }), close }
    } catch (error) {
      await close()
      throw error
    }
  }
  const state = openState(undefined, userPaths().state, 'memory')
  const name = chosen.name === undefined ? '' : `${chosen.name}: `
  console.note(`target ${name}${target.text} (${chosen.origin}), not contacted`)
  return { target: target.text, state, close: async () => state.close() }
}

/** Runs on archives are only additional: if they cannot be read, a warning says so. */
function openHistory({ warn }: Console): State | undefined {
  try {
    return openState(undefined, userPaths().state, 'memory')
  } catch (error) {
    warn(`backups, verifications and cleanups are not shown: ${messageOf(error)}`)
    return undefined
  }
}

function choose(flags: Layer, settings: Settings, flag: string) {
  const layers = layersFor(targetOptions, [flags, ...settings.layers])
  const { options, origins } = resolveOptions(targetOptions, layers)
  const chosen = chooseTarget(options.target, originText(origins.target, flag), settings)
  return { chosen, target: parseTarget(chosen.address) }
}

/**
 * How a target is opened for reading: nothing is made, and only the default store may be missing, since nobody has
 * named it.
 */
function reading({ origin }: ChosenTarget): OpenOptions {
  return { missing: origin === 'default' ? 'memory' : 'refuse' }
}

function isAbsent(target: Target, { missing }: OpenOptions): boolean {
  return missing === 'memory' && target.kind === 'sqlite' && !existsSync(target.path)
}

function originText(origin: string | undefined, flag: string): string {
  return origin === 'command line' ? flag : (origin ?? 'default')
}

async function accessOf(
  chosen: ChosenTarget,
  target: Target,
  layers: readonly Layer[],
  warn: (message: string) => void,
): Promise<Access> {
  const { options, origins } = resolveOptions(targetOptions, layers)
  const path = options.apiKeyFile
  const file = path === undefined ? undefined : { path, fromFlag: origins.apiKeyFile === 'command line' }
  const certificate = options.caFile !== undefined && { caFile: options.caFile }
  const { certFile, keyFile } = options
  if (chosen.projectFile !== undefined) {
    if (target.kind === 'weaviate') {
      withholdKey(chosen, process.env, file, warn)
      const fromFlag = origins.certFile === 'command line' || origins.keyFile === 'command line'
      if (certFile !== undefined || keyFile !== undefined) withholdCertificate(chosen, fromFlag, warn)
    }
    return { ...certificate }
  }
  const apiKey = await readApiKey(process.env, file, chosen.apiKeyEnv, warn)
  const headers = readHeaders(process.env, chosen.headersEnv)
  const open = addressesInTheOpen(target)
  if (open.length > 0 && (apiKey !== undefined || Object.keys(headers).length > 0)) {
    warn(`keys travel unencrypted to ${open.join(', ')}: anyone on the way can read them; use https`)
  }
  const identity = await identityOf({ certFile, keyFile }, target, warn)
  return { headers, ...(apiKey !== undefined && { apiKey }), ...certificate, ...identity }
}

/** The client certificate, for a server with TLS. */
async function identityOf(
  { certFile, keyFile }: Readonly<Record<'certFile' | 'keyFile', string | undefined>>,
  target: Target,
  warn: (message: string) => void,
): Promise<Pick<Access, 'certFile' | 'keyFile'>> {
  if (target.kind !== 'weaviate' || (certFile === undefined && keyFile === undefined)) return {}
  if (!target.nodes.some(({ grpcSecure }) => grpcSecure)) {
    warn(`no client certificate is sent to ${target.text}, which is reached without TLS: write https`)
    return {}
  }
  if (keyFile !== undefined) await checkPrivateKey(keyFile, warn)
  return { ...(certFile !== undefined && { certFile }), ...(keyFile !== undefined && { keyFile }) }
}

function withState(store: Store, missing: 'make' | 'memory'): Closable {
  let state: State | undefined
  return {
    store,
    get state() {
      state ??= openState(store, userPaths().state, missing)
      return state
    },
    async close() {
      state?.close()
      await store.close()
    },
  }
}
