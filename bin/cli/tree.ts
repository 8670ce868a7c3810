import { type CommandDef, defineCommand, runCommand, type SubCommandsDef } from 'citty'
import type { Group, LoadCommand, NamedCommand } from './command.ts'
import { unknownCommand } from './help/unknownCommand.ts'
import { followWords, isGroup, load } from './registry.ts'

/** What to do with the words of a command line. */
export interface CommandHandlers {
  /** Runs a command with the words after its name. */
  run(command: NamedCommand, words: readonly string[]): Promise<void>
  /** Shows the help for these words. */
  help(words: readonly string[]): Promise<void>
}

const HELP = 'help'

/**
 * Finds the command in `argv`, and calls it. citty walks the tree and loads what is called; its own parser accepts
 * unknown flags and missing values, so `Calls.run` reads the words after a command.
 * @throws ElysiaError ELYSIA_USAGE for an unknown command; what `calls` throws
 */
export async function dispatch(table: Group, argv: readonly string[], calls: CommandHandlers): Promise<void> {
  await runCommand(groupTree(table, table, '', calls), { rawArgs: withHelpFirst(table, argv) })
}

/** True for the flags that ask for help. */
function isHelp(word: string | undefined): boolean {
  return word === '--help' || word === '-h'
}

/** `index --help` means `help index`: citty would look for a command after the flag. */
function withHelpFirst(table: Group, argv: readonly string[]): string[] {
  const { member, length } = followWords(table, argv)
  const asksHelp = isGroup(member) && isHelp(argv[length])
  return asksHelp ? [HELP, ...argv.slice(0, length), ...argv.slice(length + 1)] : [...argv]
}

/** The command of a group; its members are an object without a prototype, so that `constructor` is not one of them. */
function groupTree(table: Group, group: Group, name: string, calls: CommandHandlers): CommandDef {
  const entries = Object.entries(group.members).map(([word, member]) => {
    const path = name === '' ? word : `${name} ${word}`
    return [
      word,
      () => (isGroup(member) ? groupTree(table, member, path, calls) : commandTree(path, member, calls)),
    ]
  })
  const help = helpTree(name, calls)
  return defineCommand({
    meta: { name, description: group.summary },
    subCommands: Object.assign(Object.create(null), Object.fromEntries(entries), {
      [HELP]: help,
    }) as SubCommandsDef,
    default: HELP,
    setup: ({ rawArgs: [word] }) => requireMember(table, group, name, word),
  })
}

async function commandTree(name: string, member: LoadCommand, calls: CommandHandlers): Promise<CommandDef> {
  const command = await load(name, member)
  return defineCommand({
    meta: { name, description: command.summary },
    run: ({ rawArgs }) => calls.run(command, rawArgs),
  })
}

function helpTree(name: string, calls: CommandHandlers): CommandDef {
  const above = name === '' ? [] : name.split(' ')
  return defineCommand({
    meta: { name: `${name} ${HELP}`.trimStart(), hidden: true },
    run: ({ rawArgs }) => calls.help([...above, ...rawArgs]),
  })
}

/** citty would skip flags, and load every command to look for its aliases. */
async function requireMember(
  table: Group,
  group: Group,
  name: string,
  word: string | undefined,
): Promise<void> {
  if (word === undefined || word === HELP || Object.hasOwn(group.members, word)) return
  throw await unknownCommand(table, group, name, word)
}
