import type { Command } from './command.ts'
import { COMMANDS, GROUPS } from './commands/table.ts'
import { consoleOptions } from './consoleOptions.ts'
import { defaultText, flagText, type OptionSchema, type OptionsSchema } from './library.ts'

const FLAG_WIDTH = 30

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
  return start.length >= FLAG_WIDTH - 1
    ? [start, `${' '.repeat(FLAG_WIDTH)}${text}`]
    : [start.padEnd(FLAG_WIDTH) + text]
}
