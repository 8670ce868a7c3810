import { closestMatch, ElysiaError } from '../../library.ts'
import type { Group, NamedCommand } from '../command.ts'
import { groupsOf, loadAll } from '../registry.ts'

/**
 * The error for a word that names no member of a group. It suggests what was meant: a command of that name elsewhere,
 * one that is also known by it, or one with a similar spelling.
 */
export async function unknownCommand(
  table: Group,
  group: Group,
  above: string,
  typed: string,
): Promise<ElysiaError> {
  const behind = above === '' ? '' : `${above} `
  const kind = typed.startsWith('-') ? 'option' : 'command'
  const suggestions = kind === 'option' ? [] : await guessesFor(table, group, behind, typed)
  const hint =
    suggestions.length === 0
      ? `elysiactl ${behind}--help lists the commands`
      : `did you mean ${joined(suggestions)}?`
  return new ElysiaError('ELYSIA_USAGE', `unknown ${kind} ${behind}${typed}`, { hint })
}

async function guessesFor(table: Group, group: Group, behind: string, typed: string): Promise<string[]> {
  const commands = await loadAll(table)
  const word = typed.toLowerCase()
  const groups = groupsOf(table).map(([name]) => ({ name }))
  const namesakes = [...groups, ...commands].filter((one) => lastWord(one) === word)
  if (namesakes.length > 0) return namesakes.map(({ name }) => name)
  const synonyms = commands.filter(({ alsoKnownAs = [] }) => alsoKnownAs.includes(word))
  if (synonyms.length > 0) return synonyms.map(({ name }) => name)
  const member = closestMatch(word, Object.keys(group.members))
  if (member !== undefined) return [`${behind}${member}`]
  const last = closestMatch(word, commands.map(lastWord))
  return commands.filter((one) => lastWord(one) === last).map(({ name }) => name)
}

function lastWord({ name }: Pick<NamedCommand, 'name'>): string {
  return name.slice(name.lastIndexOf(' ') + 1)
}

function joined(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}
