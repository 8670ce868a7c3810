import { join } from 'node:path'
import type { Command, Context, NamedCommand } from '../../cli/command.ts'
import { loadAll, schemasOf } from '../../cli/registry.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import {
  chooseTarget,
  formatUnit,
  type Layer,
  layersFor,
  maskSecrets,
  namesOf,
  type OptionSchema,
  type OptionsSchema,
  refuseFiles,
  resolveOptions,
  targetOptions,
  userPaths,
  wordOf,
} from '../../library.ts'

/** `config show`: every option that environment or files may set, its value and origin. */
export const command: Command = {
  summary: 'show every option, its value, and where the value comes from',
  operands: [],
  showsRefused: true,
  examples: ['elysiactl config show', 'ELYSIACTL_TARGET=sqlite:a.db elysiactl config show --json'],
  schemas: [tableOptions, targetOptions],
  document: 'settings',
  docs: 'docs/configuration.md',
  run,
}

/** The current value of an option; `value` is null if it has none. Sizes are bytes, durations milliseconds. */
interface ShownSetting {
  readonly key: string
  readonly value: string | number | boolean | null
  readonly text: string
  readonly origin: string
  readonly env: string
  readonly flag: string
  /** The commands that take it with this value: two may have different defaults. */
  readonly commands: readonly string[]
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const options = settingsOf(context, await loadAll(context.commands))
  const target = targetOf(context)
  const targets = namedTargetsOf(context)
  const places = placesOf(context)
  const apiKey = process.env.ELYSIACTL_API_KEY ? '***' : null
  const plain = options.map(({ text: _, ...option }) => option)
  if (console.json) await console.document({ options: plain, target, api_key: apiKey, targets, places })
  else await console.print(pageOf(await tablesFor(context), options, target, targets, places, apiKey))
  // Every other command would refuse these files: a script must see that too.
  refuseFiles(context.settings.files)
}

function pageOf(
  tables: Tables,
  options: readonly ShownSetting[],
  target: ReturnType<typeof targetOf>,
  targets: readonly TargetShown[],
  places: ReturnType<typeof placesOf>,
  apiKey: string | null,
): string[] {
  return [
    ...tables.of(
      [{ name: 'option', whole: true }, 'value', 'origin'],
      options.map((option) => [keyText(option, options), option.text, option.origin]),
    ),
    '',
    ...tables.of(
      ['target', 'address', 'origin'],
      [['(in use)', target.address, target.origin], ...targets.map(targetRow)],
    ),
    '',
    ...tables.of(['place', 'path', ''], placeRows(places)),
    '',
    `ELYSIACTL_API_KEY is ${apiKey === null ? 'not set' : 'set'}`,
  ]
}

/** Options that several commands share appear once, unless their values differ. */
function settingsOf({ flags, settings }: Context, commands: readonly NamedCommand[]): ShownSetting[] {
  const layers = [flags, ...settings.layers]
  const settingsById = new Map<string, ShownSetting>()
  for (const command of commands) {
    for (const setting of schemasOf(command).flatMap((schema) => settable(schema, layers))) {
      const id = JSON.stringify([setting.key, setting.value, setting.origin])
      const before = settingsById.get(id)?.commands ?? []
      settingsById.set(id, { ...setting, commands: [...before, command.name] })
    }
  }
  return [...settingsById.values()].toSorted(byName)
}

function byName({ key: one }: ShownSetting, { key: other }: ShownSetting): number {
  return one < other ? -1 : Number(one > other)
}

function settable({ properties, ...schema }: OptionsSchema, layers: readonly Layer[]): ShownSetting[] {
  const entries = Object.entries(properties).filter(([, option]) => option.flagOnly !== true)
  const free: OptionsSchema = { ...schema, required: [], properties: Object.fromEntries(entries) }
  const { options, origins } = resolveOptions(free, layersFor(free, layers))
  return entries.map(([key, option]) =>
    settingOf(key, option, options[key] ?? null, origins[key] ?? 'default'),
  )
}

function settingOf(
  name: string,
  option: OptionSchema,
  value: ShownSetting['value'],
  origin: string,
): ShownSetting {
  const { key, env, flag } = namesOf(name, option)
  const word = wordOf(option, value)
  const safe = word ?? (typeof value === 'string' ? maskSecrets(value) : value)
  return { key, value: safe, text: textOf(safe, option), origin, env, flag: `--${flag}`, commands: [] }
}

/** The key, and its commands if others have another value. */
function keyText({ key, commands }: ShownSetting, all: readonly ShownSetting[]): string {
  return all.filter((one) => one.key === key).length === 1 ? key : `${key} (${commands.join(', ')})`
}

function textOf(value: ShownSetting['value'], { unit }: OptionSchema): string {
  if (value === null) return '-'
  return typeof value === 'number' && unit !== undefined ? formatUnit(value, unit) : String(value)
}

/** The target in use: an address with a credential is refused later, and must not be shown here. */
function targetOf(context: Context): { name: string | null; address: string; origin: string } {
  const { flags, settings } = context
  const layers = layersFor(targetOptions, [flags, ...settings.layers])
  const { options, origins } = resolveOptions(targetOptions, layers)
  const { name, address, origin } = chooseTarget(options.target, origins.target ?? 'default', settings)
  return { name: name ?? null, address: maskSecrets(address), origin }
}

interface TargetShown {
  readonly name: string
  readonly url: string
  readonly origin: string
}

/**
 * The named targets for `config show`, keys and headers included: the configuration names their files and variables
 * only.
 */
function namedTargetsOf({ settings }: Context): TargetShown[] {
  return Object.entries(settings.targets).map(([name, { url, grpc, ...target }]) => ({
    name,
    ...target,
    url: maskSecrets(url),
    ...(grpc !== undefined && { grpc: maskSecrets(grpc) }),
  }))
}

function targetRow({ name, url, origin }: TargetShown): string[] {
  return [name, url, origin]
}

/** Where files are searched, strongest first, which were read, and which were not and why. */
function placesOf({ settings }: Context) {
  const { config, data, state } = userPaths()
  const files = settings.files.filter(({ refused }) => refused === undefined).map(({ path }) => path)
  const refused = settings.files.filter((file) => file.refused !== undefined)
  const named = process.env.ELYSIACTL_CONFIG
  const project = named || join(process.cwd(), 'elysiactl.{yaml,yml,json}')
  return {
    project,
    user: join(config, 'config.{yaml,yml,json}'),
    files,
    refused: refused.map(({ path, refused: reason }) => ({ path, reason: reason! })),
    data,
    state,
  }
}

function placeRows({ project, user, files, refused, data, state }: ReturnType<typeof placesOf>): string[][] {
  const above = process.env.ELYSIACTL_CONFIG ? 'from ELYSIACTL_CONFIG' : 'or in the nearest directory above'
  return [
    ['project file', project, above],
    ['user file', user, ''],
    ...files.map((file) => ['read', file, '']),
    ...refused.map(({ path, reason }) => ['not read', path, reason]),
    ['data', data, ''],
    ['state', state, ''],
  ]
}
