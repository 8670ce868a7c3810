import { retentionOptions } from '../lib/catalog/retention/options.ts'
import { backupOptions } from '../lib/job/backup/options.ts'
import { copyOptions } from '../lib/job/copy/options.ts'
import { deleteOptions } from '../lib/job/delete/options.ts'
import { diffOptions } from '../lib/job/diff/options.ts'
import { ingestOptions } from '../lib/job/ingest/options.ts'
import { migrateOptions } from '../lib/job/migrate/options.ts'
import { rehearseOptions } from '../lib/job/rehearse/options.ts'
import { restoreOptions } from '../lib/job/restore/options.ts'
import { rollbackOptions } from '../lib/job/rollback/options.ts'
import { verifyOptions } from '../lib/job/verify/options.ts'
import { watchOptions } from '../lib/job/watch/options.ts'
import type { OptionSchema, OptionsSchema } from '../lib/options/schema.ts'
import { defaultText } from '../lib/options/table.ts'
import { boundsOf } from '../lib/options/value.ts'

export const OPTION_TYPES = new URL('../lib/options/documented.ts', import.meta.url)

const WIDTH = 110

const SCHEMAS: Readonly<Record<string, OptionsSchema>> = {
  Ingest: ingestOptions,
  Watch: watchOptions,
  Backup: backupOptions,
  Restore: restoreOptions,
  Copy: copyOptions,
  Migrate: migrateOptions,
  Rollback: rollbackOptions,
  Delete: deleteOptions,
  Verify: verifyOptions,
  Rehearse: rehearseOptions,
  Diff: diffOptions,
  Retention: retentionOptions,
}

const HEAD = `/*
 * Made by \`npm run schemas\` from the schemas of the options: do not edit. A type that is computed from
 * another shows no documentation in an editor; test/options/documented.test.ts holds these to be the same.
 */
`

/** The source of lib/options/documented.ts: each job's options as given and as filled in, every one documented. */
export function optionTypes(): string {
  return [HEAD, ...Object.entries(SCHEMAS).map(([name, schema]) => typesOf(name, schema))].join('\n')
}

function typesOf(name: string, schema: OptionsSchema): string {
  const options = Object.entries(schema.properties)
  const isRequired = (key: string) => schema.required?.includes(key) === true
  const filled = options.filter(([key, option]) => option.default !== undefined && !isRequired(key))
  return [
    ...comment(`${schema.description} As a program gives it.`, ''),
    `export interface ${name}OptionsInput {`,
    ...options.flatMap(([key, option]) => field(key, option, isRequired(key) ? 'required' : 'optional')),
    '}',
    '',
    ...comment(`${schema.description} With its defaults: sizes in bytes, durations in milliseconds.`, ''),
    `export interface ${name}Options extends ${name}OptionsInput {`,
    ...filled.flatMap(([key, option]) => field(key, option, 'filled')),
    '}',
    '',
  ].join('\n')
}

function field(key: string, option: OptionSchema, how: 'required' | 'optional' | 'filled'): string[] {
  const mark = how === 'optional' ? '?' : ''
  const head = `  readonly ${key}${mark}:`
  const words = option.enum?.map((word) => `'${word}'`)
  const line = `${head} ${words?.join(' | ') ?? (option.type === 'integer' ? 'number' : option.type)}`
  const lines =
    words === undefined || line.length <= WIDTH ? [line] : [head, ...words.map((word) => `    | ${word}`)]
  return [...comment(documentation(option, how === 'required'), '  '), ...lines]
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
