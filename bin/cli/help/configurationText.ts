import { defaultText, namesOf, type OptionSchema, type OptionsSchema } from '../../library.ts'

const TARGETS = `# Names for targets. \`--target office\`, \`target: office\` and ELYSIACTL_TARGET=office then mean its address.
#targets:
#  office: http://localhost:8080
#  archive: sqlite:archive.db
#  cloud:
#    url: https://my-cluster.weaviate.cloud`

/** Keys are never in a file: it names the variable or the file that holds one. */
const KEYS = `
#    api_key_env: CLOUD_API_KEY
#    headers_env: { X-OpenAI-Api-Key: OPENAI_API_KEY }
#    ca_file: ca.pem`

/**
 * A configuration in YAML in which every option of these schemas stands, commented out, with its meaning and default.
 * That of a project leaves out what it may not set.
 */
export function configurationText(schemas: readonly OptionsSchema[], isProject: boolean): string {
  const seen = new Set<string>()
  const sections = schemas.flatMap((schema) => section(schema, isProject, seen))
  const head = [
    '# The configuration of elysiactl. A # before a key keeps its default. See docs/configuration.md.',
    '# Flags and the environment win over this file. `elysiactl config show` shows what holds, and why.',
    '',
    TARGETS + (isProject ? '' : KEYS),
  ]
  return `${[...head, ...sections].join('\n')}\n`
}

function section(schema: OptionsSchema, isProject: boolean, seen: Set<string>): string[] {
  const lines = Object.entries(schema.properties).flatMap(([name, option]) => {
    const { key } = namesOf(name, option)
    if (option.flagOnly === true || seen.has(key) || (isProject && option.personal === true)) return []
    seen.add(key)
    return [`# ${option.description}`, `#${key}: ${valueText(option)}`]
  })
  return lines.length === 0 ? [] : ['', `# --- ${schema.description}`, ...lines]
}

/** The default, else a value that shows what it looks like. */
function valueText(option: OptionSchema): string {
  const { type, example, unit } = option
  if (type === 'boolean') return String(option.default ?? false)
  if (type === 'integer' && unit === undefined) return String(option.default ?? example ?? 1)
  if (option.kind === 'target') return 'http://localhost:8080'
  return JSON.stringify(defaultText(option) ?? example ?? option.enum?.[0] ?? option.placeholder ?? '')
}
