import { COMMANDS, GROUPS } from '../commands/table.ts'
import { defaultText, flagText, type OptionSchema, type OptionsSchema } from '../library.ts'
import type { Command } from './command.ts'
import { consoleOptions } from './consoleOptions.ts'

const FLAG_WIDTH = 30
const TEXT_WIDTH = 90

/** The help of the program, or of one group of its commands: what there is, a line each. */
export async function overview(group?: string): Promise<string[]> {
  const names = Object.keys(COMMANDS).filter((name) => group === undefined || name.startsWith(`${group} `))
  const commands = await Promise.all(names.map(async (name) => (await COMMANDS[name]!()).command))
  const width = Math.max(...names.map((name) => name.length)) + 2
  const about =
    group === undefined ? 'moves repository changes into Weaviate or an embedded store' : GROUPS[group]
  return [
    `elysiactl${group === undefined ? '' : ` ${group}`}: ${about}`,
    '',
    `Usage: elysiactl ${group ?? 'COMMAND'} …`,
    '',
    'Commands:',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`),
    '',
    '`elysiactl COMMAND --help` shows the options and examples of a command; --version the version.',
  ]
}

/** The help of one command: usage, options by what they are about, examples. */
export function commandHelp(command: Command): string[] {
  const operands = command.usage === '' ? '' : ` ${command.usage}`
  return [
    `elysiactl ${command.name}: ${command.summary}`,
    '',
    `Usage: elysiactl ${command.name}${operands} [OPTIONS]`,
    ...[...command.schemas, consoleOptions].flatMap(section),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
  ]
}

function section({ description, properties }: OptionsSchema): string[] {
  const shown = Object.entries(properties).filter(([, option]) => option.hidden !== true)
  return ['', description.replace(/\.$/, ':'), ...shown.flatMap(([key, option]) => optionLines(key, option))]
}

function optionLines(key: string, option: OptionSchema): string[] {
  const flag = flagText(key, option)
  const standard = defaultText(option)
  const description = option.default === true ? (option.negative ?? option.description) : option.description
  const text = standard === undefined ? description : `${description} (${standard})`
  const start = `  ${flag}`
  const lines = folded(text)
  const beside = start.length >= FLAG_WIDTH - 1 ? '' : lines.shift()
  return [start.padEnd(FLAG_WIDTH) + beside, ...lines.map((line) => ' '.repeat(FLAG_WIDTH) + line)].map(
    (line) => line.trimEnd(),
  )
}

/** A text in lines that are not too wide, broken between words. */
function folded(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= TEXT_WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
