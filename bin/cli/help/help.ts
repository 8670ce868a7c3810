import { defaultText, flagText, type OptionSchema, type OptionsSchema, titleOf } from '../../library.ts'
import type { Group, NamedCommand } from '../command.ts'
import { EXIT, EXIT_MEANINGS, type ExitName } from '../exit.ts'
import { usageText } from '../operands.ts'
import { commandsOf, followWords, groupsOf, isGroup, load, loadAll, schemasOf } from '../registry.ts'
import { unknownCommand } from './unknownCommand.ts'

/** Wider lines are hard to read; narrower ones cannot hold a flag and its text. */
const MOST_WIDTH = 100
const LEAST_WIDTH = 40
/** The column where the text of an option begins, if the terminal is wide enough for both. */
const TEXT_AT = 30
const LEAST_TEXT = 40

/** Help topics besides commands. */
const TOPICS: Readonly<Record<string, () => string[]>> = { 'exit-codes': exitLines }

/**
 * The help for the words after `help`: of all commands, of a group, of one command, or of a topic. `width` is that of
 * the terminal in columns; undefined if there is none.
 * @throws ElysiaError ELYSIA_USAGE if they name none of these
 */
export async function helpFor(
  table: Group,
  words: readonly string[],
  width: number | undefined,
): Promise<string[]> {
  const [first = ''] = words
  if (Object.hasOwn(TOPICS, first)) return TOPICS[first]!()
  const { name, member, length } = followWords(table, words)
  if (!isGroup(member)) return commandHelp(await load(name, member), width)
  const next = words[length]
  if (next === undefined || next.startsWith('-')) return groupHelp(member, name, width)
  throw await unknownCommand(table, member, name, next)
}

/** The help of a group of commands, or of all: one line for each member. */
async function groupHelp(group: Group, name: string, width: number | undefined): Promise<string[]> {
  const columns = bounded(width)
  const names = commandsOf(group, name).map(([one]) => one)
  const textAt = Math.max(...names.map((one) => one.length)) + 4
  const summaries = new Map((await loadAll(group, name)).map((one) => [one.name, one.summary]))
  const lines = names.flatMap((one) => entryLines(`  ${one}`, summaries.get(one)!, textAt, columns))
  return [
    ...folded(`${heading(name)}: ${group.summary}`, columns),
    '',
    'Usage:',
    `  elysiactl ${name === '' ? 'COMMAND' : `${name} COMMAND`} …`,
    '',
    'Commands:',
    ...lines,
    ...(name === '' ? groupLines(group, columns) : []),
    '',
    ...folded('`elysiactl help COMMAND` shows its options and examples; --version the version.', columns),
    ...folded(
      'Exit codes: `elysiactl help exit-codes`. Docs: README.md, SPEC.md and docs/ of the package.',
      columns,
    ),
  ]
}

function groupLines(group: Group, columns: number): string[] {
  const groups = groupsOf(group)
  const textAt = Math.max(...groups.map(([name]) => name.length)) + 4
  const lines = groups.flatMap(([name, { summary }]) => entryLines(`  ${name}`, summary, textAt, columns))
  return ['', 'Groups:', ...lines]
}

/** The help of one command: usage, options by subject, examples, exit codes, and where to read on. */
export function commandHelp(command: NamedCommand, width?: number): string[] {
  const columns = bounded(width)
  return [
    ...folded(`${heading(command.name)}: ${command.summary}`, columns),
    '',
    'Usage:',
    ...folded(usageLine(command), columns, 2),
    ...schemasOf(command).flatMap((schema) => section(schema, columns)),
    '',
    'Examples:',
    ...command.examples.flatMap((example) => exampleLines(example, columns)),
    '',
    ...folded(`Exit codes: ${exitText(command.exits ?? [])}; all: \`elysiactl help exit-codes\``, columns),
    ...folded(docsText(command), columns),
  ]
}

/** The usage of a command: `elysiactl col cat NAME [OPTIONS]`. */
export function usageLine(command: NamedCommand): string {
  return ['elysiactl', command.name, usageText(command), '[OPTIONS]'].filter((word) => word !== '').join(' ')
}

/** The meaning of an option, with `[default: jsonl]`, which is never broken, or that it is required. */
export function meaningOf(key: string, option: OptionSchema, { required }: OptionsSchema): string {
  const standard = defaultText(option)
  const text = option.default === true ? (option.negative ?? option.description) : option.description
  if (required?.includes(key)) return `${text} [required]`
  return standard === undefined ? text : `${text} [default:\u00a0${standard}]`
}

function heading(name: string): string {
  return `elysiactl ${name}`.trimEnd()
}

function section(schema: OptionsSchema, columns: number): string[] {
  const visible = Object.entries(schema.properties).filter(([, option]) => option.hidden !== true)
  const lines = visible.flatMap(([key, option]) => {
    const flag = flagText(key, option)
    const start = flag.startsWith('--') ? `      ${flag}` : `  ${flag}`
    return entryLines(start, meaningOf(key, option, schema), TEXT_AT, columns)
  })
  return ['', ...folded(`${titleOf(schema)}:`, columns), ...lines]
}

function docsText({ docs = 'SPEC.md', document }: NamedCommand): string {
  const schema = document === undefined ? '' : `; of --json: \`elysiactl format schema ${document}\``
  return `Docs: ${docs}${schema}`
}

function exitText(names: readonly ExitName[]): string {
  const all = new Set<ExitName>(['done', 'failed', 'usage', ...names])
  return [...all].map((name) => `${EXIT[name]} ${EXIT_MEANINGS[name]}`).join('; ')
}

function exitLines(): string[] {
  const names = Object.keys(EXIT) as ExitName[]
  return names.map((name) => `${String(EXIT[name]).padStart(3)}  ${EXIT_MEANINGS[name]}`)
}

/** A start with its text beside it, or below it if the line is too narrow or the start too long. */
function entryLines(start: string, text: string, textAt: number, columns: number): string[] {
  const at = columns - textAt < LEAST_TEXT ? 8 : textAt
  const lines = folded(text, columns, at)
  if (start.length > at - 2) return [start, ...lines]
  return [start.padEnd(at) + lines[0]!.trimStart(), ...lines.slice(1)]
}

/** A command line in shell syntax: if it is wider than the terminal it continues after a backslash. */
function exampleLines(example: string, columns: number): string[] {
  const pieces = example.split(/ (?=--\w|\| |# )/)
  const lines: string[] = []
  for (const piece of pieces) {
    const last = lines.at(-1)
    if (last === undefined) lines.push(`  ${piece}`)
    else if (`${last} ${piece} \\`.length <= columns) lines[lines.length - 1] = `${last} ${piece}`
    else lines.push(`        ${piece}`)
  }
  return lines.map((line, at) => (at === lines.length - 1 ? line : `${line} \\`))
}

/** A text in lines that fit, broken between words, each indented. */
function folded(text: string, columns: number, indent = 0): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => line.replaceAll('\u00a0', ' '))
}

function bounded(width: number | undefined): number {
  return Math.max(LEAST_WIDTH, Math.min(width ?? MOST_WIDTH, MOST_WIDTH))
}
