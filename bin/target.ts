import type { OpenTarget } from './command.ts'
import type { Console } from './console.ts'
import {
  type ChosenTarget,
  chooseTarget,
  type Layer,
  layersFor,
  openState,
  openStore,
  parseTarget,
  readApiKey,
  readHeaders,
  resolve,
  type Settings,
  type State,
  type Store,
  targetOptions,
  userPaths,
} from './library.ts'

/** An open target that can be closed. */
export interface Closable extends OpenTarget {
  close(): Promise<void>
}

/** Opens the target that flags, environment and files choose, and says on stderr which it is. */
export async function openChosenTarget(
  flags: Layer,
  settings: Settings,
  console: Console,
): Promise<Closable> {
  const [environment, ...files] = settings.layers
  const given = layersFor(targetOptions, [flags, ...settings.layers])
  const { options, origins } = resolve(targetOptions, given)
  const chosen = chooseTarget(options.target, said(origins.target), settings)
  const target = parseTarget(chosen.address)
  const layers = [flags, environment, chosen.layer, ...files].filter((layer) => layer !== undefined)
  const store = await openStore(target, await accessOf(chosen, layersFor(targetOptions, layers)))
  console.note(
    `target ${chosen.name === undefined ? '' : `${chosen.name}: `}${target.text} (${chosen.origin})`,
  )
  return withState(store)
}

function said(origin: string | undefined): string {
  return origin === 'command line' ? '--target' : (origin ?? 'default')
}

async function accessOf({ apiKeyEnv, headersEnv }: ChosenTarget, layers: readonly Layer[]) {
  const { options, origins } = resolve(targetOptions, layers)
  const path = options.apiKeyFile
  const file = path === undefined ? undefined : { path, fromFlag: origins.apiKeyFile === 'command line' }
  const apiKey = await readApiKey(process.env, file, apiKeyEnv)
  return {
    headers: readHeaders(process.env, headersEnv),
    ...(apiKey !== undefined && { apiKey }),
    ...(options.caFile !== undefined && { caFile: options.caFile }),
  }
}

function withState(store: Store): Closable {
  let state: State | undefined
  return {
    store,
    get state() {
      state ??= openState(store, userPaths().state)
      return state
    },
    async close() {
      state?.close()
      await store.close()
    },
  }
}
