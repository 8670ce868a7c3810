import { defaultText, namesOf, type OptionSchema, type OptionsSchema, titleOf } from '../../library.ts'
import type { NamedCommand } from '../command.ts'
import { schemasOf } from '../registry.ts'

const TARGETS = `# Names for targets. \`--target office\`, \`target: office\` and ELYSIACTL_TARGET=office then mean its address.
#targets:
#  office: http://localhost:8080
#  archive: sqlite:archive.db
#  cloud:
#    url: https://my-cluster.weaviate.cloud`

/** Keys are never in a file: it names the variable or the file that contains one. */
const KEYS = `
#    api_key_env: CLOUD_API_KEY
#    headers_env: { X-OpenAI-Api-Key: OPENAI_API_KEY }
#    ca_file: ca.pem
#    cert_file: client.pem
#    key_file: client-key.pem`

/**
 * A YAML configuration with every option of these commands, commented out, with its meaning and default. That of a
 * project leaves out what a project may not set.
 */
export function configurationText(commands: readonly NamedCommand[], isProject: boolean): string {
  const uses = usesOf(commands)
  const seen = new Set<string>()
  const schemas = [...new Set(commands.flatMap(schemasOf))]
  const sections = schemas.flatMap((schema) => section(schema, isProject, seen, uses))
  const head = [
    '# The configuration of elysiactl. A # before a key keeps its default. See docs/configuration.md.',
    '# Flags and the environment win over this file. `elysiactl config show` shows the values in force, and where they come from.',
    '',
    TARGETS + (isProject ? '' : KEYS),
  ]
  return `${[...head, ...sections].join('\n')}\n`
}

/** A configuration key, and its meaning for the commands that take it: meaning or default → names of commands. */
interface Uses {
  readonly meanings: Map<string, string[]>
  readonly defaults: Map<string, string[]>
}

function usesOf(commands: readonly NamedCommand[]): ReadonlyMap<string, Uses> {
  const uses = new Map<string, Uses>()
  for (const command of commands) {
    for (const [name, option] of schemasOf(command).flatMap(({ properties }) => Object.entries(properties))) {
      if (option.flagOnly === true) continue
      const { key } = namesOf(name, option)
      const use = uses.get(key) ?? { meanings: new Map(), defaults: new Map() }
      uses.set(key, use)
      append(use.meanings, option.description, command.name)
      append(use.defaults, valueText(option), command.name)
    }
  }
  return uses
}

function append(names: Map<string, string[]>, key: string, name: string): void {
  names.set(key, [...(names.get(key) ?? []), name])
}

function section(
  schema: OptionsSchema,
  isProject: boolean,
  seen: Set<string>,
  uses: ReadonlyMap<string, Uses>,
): string[] {
  const lines = Object.entries(schema.properties).flatMap(([name, option]) => {
    const { key } = namesOf(name, option)
    if (option.flagOnly === true || seen.has(key) || (isProject && option.personal === true)) return []
    seen.add(key)
    return [...comments(uses.get(key)!), `#${key}: ${valueText(option)}`]
  })
  return lines.length === 0 ? [] : ['', `# --- ${titleOf(schema)}`, ...lines]
}

/** The meanings of a key, and its defaults, for each command if they differ: a value here applies to all. */
function comments({ meanings, defaults }: Uses): string[] {
  const [[meaning] = ['']] = meanings
  const means =
    meanings.size === 1
      ? [`# ${meaning}`]
      : [...meanings].map(([text, names]) => `# ${names.join(', ')}: ${text}`)
  if (defaults.size === 1) return means
  const standards = [...defaults].map(([value, names]) => `${value} for ${names.join(', ')}`)
  return [...means, `# Default: ${standards.join('; ')}. A value here is for all of them.`]
}

/** The default, otherwise an example of a value. */
function valueText(option: OptionSchema): string {
  const { type, example, unit } = option
  if (type === 'boolean') return String(option.default ?? false)
  if (type === 'integer' && unit === undefined) return defaultText(option) ?? String(example ?? 1)
  if (option.kind === 'target') return 'http://localhost:8080'
  return JSON.stringify(defaultText(option) ?? example ?? option.enum?.[0] ?? option.placeholder ?? '')
}
