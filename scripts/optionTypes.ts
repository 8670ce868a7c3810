import { retentionOptions } from '../lib/catalog/retention/options.ts'
import { backupOptions } from '../lib/job/backup/options.ts'
import { ingestOptions } from '../lib/job/ingest/options.ts'
import { restoreOptions } from '../lib/job/restore/options.ts'
import { verifyOptions } from '../lib/job/verify/options.ts'
import { watchOptions } from '../lib/job/watch/options.ts'
import type { OptionSchema, OptionsSchema } from '../lib/options/schema.ts'
import { defaultText } from '../lib/options/table.ts'
import { boundsOf } from '../lib/options/value.ts'

export const OPTION_TYPES = new URL('../lib/options/given.ts', import.meta.url)

const WIDTH = 110

const SCHEMAS: Readonly<Record<string, OptionsSchema>> = {
  IngestGiven: ingestOptions,
  WatchGiven: watchOptions,
  BackupGiven: backupOptions,
  RestoreGiven: restoreOptions,
  VerifyGiven: verifyOptions,
  RetentionGiven: retentionOptions,
}

const HEAD = `/*
 * Made by \`npm run schemas\` from the schemas of the options: do not edit. A type that is computed from a schema
 * has no documentation for an editor to show; test/options/given.test.ts holds these to be the same.
 */
`

/** The source of lib/options/given.ts: an interface for each job's options, every one with its documentation. */
export function optionTypes(): string {
  return [HEAD, ...Object.entries(SCHEMAS).map(([name, schema]) => typeOf(name, schema))].join('\n')
}

function typeOf(name: string, schema: OptionsSchema): string {
  const fields = Object.entries(schema.properties).flatMap(([key, option]) => {
    const isRequired = schema.required?.includes(key) === true
    return [
      ...comment(documentation(option, isRequired), '  '),
      `  readonly ${key}${isRequired ? '' : '?'}: ${valueType(option)}`,
    ]
  })
  return [...comment(schema.description, ''), `export interface ${name} {`, ...fields, '}', ''].join('\n')
}

function valueType(option: OptionSchema): string {
  if (option.enum !== undefined) return option.enum.map((word) => `'${word}'`).join(' | ')
  return option.type === 'integer' ? 'number' : option.type
}

/** Meaning, unit and bounds, and default, as sentences. */
function documentation(option: OptionSchema, isRequired: boolean): string {
  const { description, negative, example } = option
  return [
    `${description}.`,
    ...(negative === undefined ? [] : [`False: ${negative}.`]),
    ...(option.type === 'integer' ? [`${unitText(option)}.`] : []),
    ...(example === undefined ? [] : [`Such as '${example}'.`]),
    isRequired ? 'Required.' : `${standard(option)}.`,
  ].join(' ')
}

function unitText(option: OptionSchema): string {
  const bounds = boundsOf(option)
  return `${option.unit === undefined ? 'A whole number' : `In ${option.unit}`}${bounds && `, ${bounds}`}`
}

function standard(option: OptionSchema): string {
  if (option.default === undefined) return 'No default'
  if (typeof option.default === 'string') return `Default '${option.default}'`
  const text = option.unit === undefined ? undefined : defaultText(option)
  return `Default ${option.default}${text === undefined || text === '0' ? '' : ` (${text})`}`
}

function comment(text: string, indent: string): string[] {
  const safe = text.replaceAll('*/', '*\\/')
  const line = `${indent}/** ${safe} */`
  if (line.length <= WIDTH) return [line]
  const lines = wrapped(safe, WIDTH - indent.length - 3)
  return [`${indent}/**`, ...lines.map((part) => `${indent} * ${part}`), `${indent} */`]
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
