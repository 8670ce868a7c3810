import { readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { HeaderSchema, ManifestFileSchema, TrailerSchema } from '../lib/archive/manifestSchemas.ts'
import { languages } from '../lib/change/language.ts'
import { ChangeSchema, ChangesetRecord, FileChange } from '../lib/change/record.ts'
import { RejectSchema } from '../lib/change/rejectSchema.ts'
import { sourceCodeClass } from '../lib/change/sourceCodeClass.ts'
import { REJECT_CODES } from '../lib/core/reject.ts'
import { AlertMessageSchema } from '../lib/monitor/alerts/messageSchema.ts'
import { ProfileSchema } from '../lib/monitor/profile/schema.ts'
import { ProgressLineSchema } from '../lib/monitor/progress/schema.ts'
import { EventSchema } from '../lib/run/event/schema.ts'
import { ReportSchema } from '../lib/run/reportSchema.ts'
import { PipelineFileSchema } from '../lib/transform/file/schema.ts'
import { DOCUMENTS } from './documents/index.ts'
import { headOf } from './documents/parts.ts'
import { planSchema } from './documents/plan.ts'
import { OPTION_TYPES, optionTypes } from './optionTypes.ts'

/** The part of JSON Schema that the tables show. */
interface Field {
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly description?: string
}

interface Fields {
  readonly properties: object
  readonly required: readonly string[]
}

const root = new URL('../', import.meta.url)
const FORMAT_PAGE = new URL('docs/format.md', root)

const pipelineSchema = { ...headOf('pipeline', 'The file of --pipeline.'), ...PipelineFileSchema }

/** The schema files of the package, by name: JSON text, two spaces, a newline at the end. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const schemas = {
    change: ChangeSchema,
    report: ReportSchema,
    reject: RejectSchema,
    event: EventSchema,
    progress: ProgressLineSchema,
    alert: AlertMessageSchema,
    profile: ProfileSchema,
    manifest: ManifestFileSchema,
    header: HeaderSchema,
    trailer: TrailerSchema,
    plan: planSchema,
    pipeline: pipelineSchema,
    ...DOCUMENTS,
  }
  return new Map(
    Object.entries(schemas).map(([name, schema]) => [
      `lib/schema/${name}.json`,
      `${JSON.stringify(schema, null, 2)}\n`,
    ]),
  )
}

function typeName({ type, enum: values }: Field): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ')
  if (type === undefined) return 'anything'
  return typeof type === 'string' ? type : type.join(' or ')
}

/** A table in Markdown of the fields of an object schema. */
function fieldTable({ properties, required }: Fields): string {
  const rows = Object.entries(properties as Record<string, Field>).map(([name, field]) => {
    const needed = required.includes(name) ? 'yes' : 'no'
    return `| \`${name}\` | ${typeName(field)} | ${needed} | ${field.description ?? ''} |`
  })
  return ['| field | type | required | meaning |', '|---|---|---|---|', ...rows].join('\n')
}

function codeTable(): string {
  const rows = Object.entries(REJECT_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`)
  return ['| code | meaning |', '|---|---|', ...rows].join('\n')
}

function objectTable(): string {
  const rows = (sourceCodeClass('SourceCode').properties ?? []).map(
    ({ name, dataType, description }) => `| \`${name}\` | ${dataType.join()} | ${description} |`,
  )
  return ['| property | type | what it holds |', '|---|---|---|', ...rows].join('\n')
}

function languageTable(): string {
  const shown = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(' ')
  const rows = languages().map(
    ({ language, extensions, names }) => `| ${language} | ${shown(extensions)} | ${shown(names)} |`,
  )
  return ['| language | extensions | whole names |', '|---|---|---|', ...rows].join('\n')
}

/** The fields of a report. */
export function reportTable(): string {
  return fieldTable(ReportSchema)
}

interface EventShape extends Fields {
  readonly description: string
  readonly properties: { readonly type: { readonly const: string } }
}

/** The events, each with its fields; an optional one has a `?`. */
export function eventTable(): string {
  const { anyOf } = JSON.parse(JSON.stringify(EventSchema)) as { readonly anyOf: readonly EventShape[] }
  const rows = anyOf.map(({ description, properties: { type, ...fields }, required }) => {
    const names = Object.keys(fields).map((name) => `\`${name}\`${required.includes(name) ? '' : '?'}`)
    return `| \`${type.const}\` | ${description} | ${names.join(', ')} |`
  })
  return ['| type | what happened | fields |', '|---|---|---|', ...rows].join('\n')
}

function tableNamed(name: string): string {
  const tables: Record<string, string> = {
    change: fieldTable(FileChange),
    changeset: fieldTable(ChangesetRecord.properties.new_changeset),
    reject: fieldTable(RejectSchema),
    codes: codeTable(),
    object: objectTable(),
    languages: languageTable(),
  }
  const table = tables[name]
  if (table === undefined) throw new Error(`no table is named ${name}`)
  return table
}

/** A page with new tables between its markers `<!-- table: NAME -->` and `<!-- end -->`. */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}${tableNamed(name)}\n${end}`,
  )
}

async function main(): Promise<void> {
  for (const [path, text] of schemaFiles()) await writeFile(new URL(path, root), text)
  await writeFile(OPTION_TYPES, optionTypes())
  await writeFile(FORMAT_PAGE, withTables(await readFile(FORMAT_PAGE, 'utf8')))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
