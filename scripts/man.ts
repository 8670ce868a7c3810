import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import type { NamedCommand } from '../bin/cli/command.ts'
import { EXIT, EXIT_MEANINGS, type ExitName } from '../bin/cli/exit.ts'
import { meaningOf, usageLine } from '../bin/cli/help/help.ts'
import { loadAll, schemasOf } from '../bin/cli/registry.ts'
import { COMMANDS } from '../bin/commands/table.ts'
import { PLAIN_VARIABLES } from '../lib/config/settings.ts'
import { namesOf } from '../lib/options/options.ts'
import type { OptionsSchema } from '../lib/options/schema.ts'
import { flagText } from '../lib/options/table.ts'

const root = new URL('../', import.meta.url)
export const MAN_PAGE = new URL('man/elysiactl.1', root)

/** The page of `man elysiactl`, in the language of man(7): every command with its options and examples. */
export async function manPage(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string }
  const commands = await loadAll(COMMANDS)
  const lines = [
    `.TH ELYSIACTL 1 "" "elysiactl ${version}" "elysiactl"`,
    '.SH NAME',
    `elysiactl \\- ${text(COMMANDS.summary)}`,
    '.SH SYNOPSIS',
    '.B elysiactl',
    '.I COMMAND',
    text('… [OPTIONS]'),
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...(Object.keys(EXIT) as ExitName[]).flatMap((name) => [
      '.TP',
      `.B ${EXIT[name]}`,
      text(EXIT_MEANINGS[name]),
    ]),
    '.SH ENVIRONMENT',
    text(`Options have a variable each; besides them there are ${PLAIN_VARIABLES.join(' and ')}.`),
    ...commands.flatMap(schemasOf).flatMap(variables).toSorted().filter(isFirst),
    '.SH FILES',
    text('elysiactl.yaml in the working directory or above it, ~/.config/elysiactl/config.yaml:'),
    text('see docs/configuration.md of the package.'),
    '.SH SEE ALSO',
    text('README.md, SPEC.md and docs/ of the package; `elysiactl help COMMAND`.'),
  ]
  return `${lines.join('\n')}\n`
}

function commandLines(command: NamedCommand): string[] {
  return [
    `.SS ${text(usageLine(command))}`,
    `${sentence(command.summary)}`,
    ...schemasOf(command).flatMap(optionLines),
    '.PP',
    'Examples:',
    '.PP',
    '.nf',
    ...command.examples.map((example) => `\\&  ${text(example)}`),
    '.fi',
  ]
}

function optionLines(schema: OptionsSchema): string[] {
  const shown = Object.entries(schema.properties).filter(([, option]) => option.hidden !== true)
  return shown.flatMap(([key, option]) => [
    '.TP',
    `.B ${text(flagText(key, option))}`,
    text(meaningOf(key, option, schema)),
  ])
}

function variables({ properties }: OptionsSchema): string[] {
  const settable = Object.entries(properties).filter(([, option]) => option.flagOnly !== true)
  return settable.map(([key, option]) => {
    const { env, flag } = namesOf(key, option)
    return `.TP\n.B ${env}\n${text(`as --${flag}`)}`
  })
}

function isFirst(line: string, index: number, all: readonly string[]): boolean {
  return all.indexOf(line) === index
}

function sentence(summary: string): string {
  return text(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
}

/** Text that roff takes as it is: no escapes, no request at the start of a line, hyphens that can be copied. */
function text(plain: string): string {
  const escaped = plain.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('\u00a0', '\\ ')
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mkdir(new URL('.', MAN_PAGE), { recursive: true })
  await writeFile(MAN_PAGE, await manPage())
}
