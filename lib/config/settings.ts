import { dirname, resolve } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import { closestMatch, didYouMean } from '../core/suggest.ts'
import { type Layer, namesOf } from '../options/options.ts'
import type { OptionsSchema } from '../options/schema.ts'
import { type ConfigFile, type RefusedFile, readConfigFile, readProjectFile, readUserFile } from './files.ts'
import { type NamedTarget, namedTargets } from './namedTarget.ts'
import { homeDirectory, userPaths } from './paths.ts'
import { type OptionsByKey, projectFileFault } from './projectFile.ts'
import { isSection, SECTIONS, type Section, type SectionName } from './sections.ts'

/** Environment variables that are not options: they hold or name secrets and locations. */
export const PLAIN_VARIABLES: readonly string[] = [
  'ELYSIACTL_API_KEY',
  'ELYSIACTL_CONFIG',
  'ELYSIACTL_MASK_KEY',
  'ELYSIACTL_TRIGGER',
]

/** A named target and the file that names it. */
export interface TargetSetting extends NamedTarget {
  readonly origin: string
}

/** A configuration file that was found; `refused` says why it was not read, as the end of a sentence. */
export interface SettingsFile {
  readonly path: string
  /** `named` by ELYSIACTL_CONFIG, the `project`'s, or the `user`'s own. */
  readonly kind: 'named' | 'project' | 'user'
  readonly refused?: string
}

/** The settings from environment and configuration files, strongest first. */
export interface Settings {
  readonly layers: readonly Layer[]
  /** The files that were found, strongest first. */
  readonly files: readonly SettingsFile[]
  readonly targets: Readonly<Record<string, TargetSetting>>
  /** The sections in the files, unchecked, strongest first. */
  readonly sections: readonly Section[]
  /** Sentences for a person about settings that were not understood. */
  readonly warnings: readonly string[]
}

/** Where to look. `schemas` gives all options: a key that belongs to none of them is refused. */
export interface SettingsSources {
  /** Called at most once, and only if there is something to check: it may take a while. */
  readonly schemas: () => Promise<readonly OptionsSchema[]>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly directory: string
  readonly userDirectory?: string
  /** True for a command that only shows settings: it omits refused files instead of failing. */
  readonly showRefused?: boolean
}

type KnownOptions = OptionsByKey

/**
 * Reads the layers below the flags: the environment, then the project's file (or the one that ELYSIACTL_CONFIG
 * names), then the user's. Refuses a file that was found and that somebody else may have written, and a project's
 * file with settings that it must not have. A named file is trusted.
 * @throws ElysiaError ELYSIA_USAGE for a file that cannot be read or is refused, an unknown key or a secret in a file
 */
export async function readSettings(sources: SettingsSources): Promise<Settings> {
  const { env } = sources
  const files = await findFiles(sources)
  const named = namedVariables(env)
  const schemas = files.length + named.length > 0 ? await sources.schemas() : []
  const keys = knownOptions(schemas, ({ key }) => key)
  const checked = files.map((file) => checkProjectFile(file, keys))
  const settingsFiles = checked.map(({ file, kind }) => settingsFile(file, kind))
  if (sources.showRefused !== true) refuseFiles(settingsFiles, sources.userDirectory)
  const read = checked.map(({ file }) => file).filter((file) => 'content' in file)
  const { layer, warnings } = environmentLayer(schemas, named)
  const targets = read.toReversed().map((file) => targetsOf(file))
  return {
    layers: [layer, ...read.map((file) => fileLayer(file, keys))],
    files: settingsFiles,
    targets: Object.assign({}, ...targets) as Record<string, TargetSetting>,
    sections: read.flatMap(sectionsOf),
    warnings,
  }
}

/**
 * Stops if a configuration file is not trusted.
 * @throws ElysiaError ELYSIA_USAGE for the first file that is refused
 */
export function refuseFiles(files: readonly SettingsFile[], userDirectory = userPaths().config): void {
  const file = files.find(({ refused }) => refused !== undefined)
  if (file === undefined) return
  const own = `${userDirectory}/config.yaml`
  const hint =
    file.kind === 'user'
      ? 'make it yours alone: chown it, chmod go-w'
      : `ELYSIACTL_CONFIG=${file.path} uses all of it, if you trust it; personal settings belong in ${own}`
  throw new ElysiaError('ELYSIA_USAGE', `the configuration ${file.path} is refused: ${file.refused}`, {
    hint,
  })
}

interface LoadedFile {
  readonly file: ConfigFile | RefusedFile
  readonly kind: SettingsFile['kind']
}

async function findFiles({ env, directory, userDirectory }: SettingsSources): Promise<LoadedFile[]> {
  const named = env.ELYSIACTL_CONFIG
  const first = named ? await readConfigFile(named) : await readProjectFile(directory, homeDirectory())
  const user = await readUserFile(userDirectory ?? userPaths().config)
  const found: LoadedFile[] = []
  if (first !== undefined) found.push({ file: first, kind: named ? 'named' : 'project' })
  if (user !== undefined) found.push({ file: user, kind: 'user' })
  return found
}

/** The file, or an error if a project's file sets what it must not set. */
function checkProjectFile({ file, kind }: LoadedFile, keys: KnownOptions): LoadedFile {
  if (kind !== 'project' || 'refused' in file) return { file, kind }
  const refused = projectFileFault(file, keys)
  return { file: refused === undefined ? file : { path: file.path, refused }, kind }
}

function settingsFile(file: ConfigFile | RefusedFile, kind: SettingsFile['kind']): SettingsFile {
  return { path: file.path, kind, ...('refused' in file && { refused: file.refused }) }
}

/**
 * The part of the layers that belongs to one schema, so that each job resolves its own options. An option for the
 * command line alone is never taken from elsewhere, even if another job has a setting of that name.
 */
export function layersFor({ properties }: OptionsSchema, layers: readonly Layer[]): Layer[] {
  return layers.map((layer) => ({
    ...layer,
    values: Object.fromEntries(
      Object.entries(layer.values).filter(([key]) => {
        if (!Object.hasOwn(properties, key)) return false
        return layer.kind === 'flag' || properties[key]!.flagOnly !== true
      }),
    ),
  }))
}

function knownOptions(
  schemas: readonly OptionsSchema[],
  nameOf: (names: ReturnType<typeof namesOf>) => string,
): KnownOptions {
  const options = schemas.flatMap(({ properties }) => Object.entries(properties))
  const elsewhere = options.filter(([, option]) => option.flagOnly !== true)
  return new Map(elsewhere.map(([key, option]) => [nameOf(namesOf(key, option)), { key, option }]))
}

/** The variables with the names of options that are not empty. */
function namedVariables(env: SettingsSources['env']): [name: string, value: string][] {
  return Object.entries(env).filter((entry): entry is [string, string] => {
    const [name, value] = entry
    if (!name.startsWith('ELYSIACTL_') || name.startsWith('ELYSIACTL_TEST_')) return false
    return value !== undefined && value !== '' && !PLAIN_VARIABLES.includes(name)
  })
}

function environmentLayer(schemas: readonly OptionsSchema[], named: readonly [string, string][]) {
  const optionsByName = knownOptions(schemas, (names) => names.env)
  const values: Record<string, unknown> = {}
  const warnings: string[] = []
  for (const [name, value] of named) {
    const option = optionsByName.get(name)
    if (option !== undefined) values[option.key] = value
    else warnUnknown(name, [...optionsByName.keys(), ...PLAIN_VARIABLES], warnings)
  }
  return { layer: { kind: 'environment', origin: 'environment', values } as const, warnings }
}

/** A variable may be meant for another version or program, so an unknown one is a warning, not an error. */
function warnUnknown(name: string, known: readonly string[], warnings: string[]): void {
  const near = closestMatch(name, known)
  warnings.push(`${name} is not known${near === undefined ? '' : `; did you mean ${near}?`}`)
}

function fileLayer({ path, content }: ConfigFile, optionsByName: KnownOptions): Layer {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(content)) {
    if (name === 'targets' || isSection(name)) continue
    const option = optionsByName.get(name)
    if (option === undefined)
      throw unknownKey(name, path, [...optionsByName.keys(), 'targets', ...Object.keys(SECTIONS)])
    if (value !== null) values[option.key] = resolveFrom(value, path, option.option.path === true)
  }
  return { kind: 'file', origin: path, values }
}

/** Skips sections without content. */
function sectionsOf({ path, content, text }: ConfigFile): Section[] {
  const names = Object.keys(SECTIONS).filter((name) => content[name] !== undefined && content[name] !== null)
  return names.map((name) => ({ name: name as SectionName, origin: path, text }))
}

function unknownKey(name: string, path: string, known: readonly string[]): ElysiaError {
  if (/api[-_]?key$|password|secret|token/i.test(name)) {
    return new ElysiaError('ELYSIA_USAGE', `${path} holds a secret in ${name}`, {
      hint: 'set ELYSIACTL_API_KEY, or name a file with api_key_file',
    })
  }
  const hint = didYouMean(name, known, 'elysiactl config show lists the keys there are')
  return new ElysiaError('ELYSIA_USAGE', `unknown key ${name} in ${path}`, { hint })
}

function targetsOf({ path, content }: ConfigFile): Record<string, TargetSetting> {
  const targets = Object.entries(namedTargets(content.targets, path))
  return Object.fromEntries(
    targets.map(([name, target]) => [name, { ...rootedTarget(target, path), origin: path }]),
  )
}

function rootedTarget(target: NamedTarget, file: string): NamedTarget {
  const rootedEntries = Object.entries(target).map(([key, value]) => {
    return [key, resolveFrom(value, file, key.endsWith('_file'))]
  })
  return Object.fromEntries(rootedEntries) as NamedTarget
}

/** A path in a file is relative to that file, so that it means the same from every directory. */
function resolveFrom(value: unknown, file: string, isPath: boolean): unknown {
  if (typeof value !== 'string') return value
  if (value.startsWith('sqlite:')) return `sqlite:${resolve(dirname(file), value.slice('sqlite:'.length))}`
  return isPath ? resolve(dirname(file), value) : value
}
