import { formatUnit } from '../core/units.ts'
import { namesOf } from './options.ts'
import type { OptionSchema, OptionsSchema } from './schema.ts'
import { boundsOf } from './value.ts'

/**
 * The Markdown table of a schema's options for SPEC.md: flag, key in code, environment variable, configuration key,
 * default and meaning. Ends with a newline.
 */
export function optionTable(schema: OptionsSchema): string {
  const head = [
    '| flag | in code | environment | configuration | default | meaning |',
    '|---|---|---|---|---|---|',
  ]
  const rows = Object.entries(schema.properties).filter(([, option]) => option.hidden !== true)
  return `${[...head, ...rows.map(([key, option]) => row(key, option))].join('\n')}\n`
}

/** The heading of a group of options in help and in a configuration file: `Restore options`. */
export function titleOf({ title, name }: OptionsSchema): string {
  if (title !== undefined) return title
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return `${words[0]!.toUpperCase()}${words.slice(1)} options`
}

/** The flags of an option as help shows them: `-j, --workers N`, `--no-create`. */
export function flagText(key: string, option: OptionSchema): string {
  const { flag } = namesOf(key, option)
  const short = option.short === undefined ? '' : `-${option.short}, `
  if (option.type === 'boolean') return `${short}--${option.default === true ? 'no-' : ''}${flag}`
  return `${short}--${flag} ${option.placeholder ?? placeholderOf(option)}`
}

/** The default as a person would write it; undefined if there is none, or if it is `false`. */
export function defaultText(option: OptionSchema): string | undefined {
  if (option.default === undefined || typeof option.default === 'boolean') return undefined
  if (typeof option.default === 'number' && option.unit !== undefined) {
    return formatUnit(option.default, option.unit)
  }
  return wordOf(option, option.default) ?? String(option.default)
}

/** The word for a value outside the bounds; undefined if there is none. */
export function wordOf({ words = {}, minimum = 0 }: OptionSchema, value: unknown): string | undefined {
  if (typeof value !== 'number' || value >= minimum) return undefined
  return Object.keys(words).find((word) => words[word] === value)
}

function placeholderOf(option: OptionSchema): string {
  if (option.unit === 'bytes') return 'SIZE'
  if (option.unit === 'milliseconds') return 'DURATION'
  if (option.enum !== undefined) return option.enum.join('|')
  return option.type === 'integer' ? 'N' : 'VALUE'
}

function row(key: string, option: OptionSchema): string {
  const names = namesOf(key, option)
  const elsewhere = option.flagOnly === true ? ['', ''] : [code(names.env), code(names.key)]
  const standard = defaultText(option) ?? (option.type === 'boolean' ? String(option.default ?? false) : '')
  const bounds = boundsOf(option)
  const meaning = bounds === '' ? option.description : `${option.description} (${bounds})`
  const cells = [code(flagText(key, option)), code(key), ...elsewhere, standard, meaning]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function code(text: string): string {
  return `\`${text}\``
}
