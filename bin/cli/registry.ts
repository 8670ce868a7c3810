import { liveOptions, metricsOptions, type OptionsSchema } from '../library.ts'
import type { Group, LoadCommand, NamedCommand } from './command.ts'
import { consoleOptions } from './consoleOptions.ts'

/** Every command in a group with its full name, in the order of help. */
export function commandsOf(group: Group, above = ''): [name: string, load: LoadCommand][] {
  return Object.entries(group.members).flatMap(([word, member]): [string, LoadCommand][] => {
    const name = above === '' ? word : `${above} ${word}`
    return isGroup(member) ? commandsOf(member, name) : [[name, member]]
  })
}

/** Every group in a group with its full name. */
export function groupsOf(group: Group, above = ''): [name: string, group: Group][] {
  return Object.entries(group.members).flatMap(([word, member]): [string, Group][] => {
    const name = above === '' ? word : `${above} ${word}`
    return isGroup(member) ? [[name, member], ...groupsOf(member, name)] : []
  })
}

/** True for a group of commands; false for a single command. */
export function isGroup(member: Group | LoadCommand): member is Group {
  return typeof member !== 'function'
}

/** What words lead to, how many of them were used, and its name. Words after a command are left over. */
export interface FollowedWords {
  readonly name: string
  readonly member: Group | LoadCommand
  readonly length: number
}

/** Follows words down from a group, as long as they name something. */
export function followWords(group: Group, words: readonly string[]): FollowedWords {
  let member: Group | LoadCommand = group
  let length = 0
  for (const word of words) {
    if (!isGroup(member) || !Object.hasOwn(member.members, word)) break
    member = member.members[word]!
    length += 1
  }
  return { name: words.slice(0, length).join(' '), member, length }
}

/** Loads a command, and gives it its name. */
export async function load(name: string, member: LoadCommand): Promise<NamedCommand> {
  return { ...(await member()).command, name }
}

/** Loads all commands in a group. */
export function loadAll(group: Group, above = ''): Promise<NamedCommand[]> {
  return Promise.all(commandsOf(group, above).map(([name, member]) => load(name, member)))
}

/** All options of a command, including those of its observers, and those that all commands have. */
export function schemasOf({
  schemas,
  records,
}: Pick<NamedCommand, 'schemas' | 'records'>): readonly OptionsSchema[] {
  return [...schemas, ...(records === undefined ? [] : [liveOptions, metricsOptions]), consoleOptions]
}

/**
 * The options of all commands, once each. They determine what configuration files and the environment may set, what
 * `config show` shows, and the tables of SPEC.md.
 */
export async function allSchemas(group: Group): Promise<readonly OptionsSchema[]> {
  return [...new Set((await loadAll(group)).flatMap(schemasOf))]
}
