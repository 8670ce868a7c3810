import { existsSync } from 'node:fs'
import { onCatalog } from '../cli/catalog.ts'
import type { Command, Context } from '../cli/command.ts'
import { consoleOptions } from '../cli/consoleOptions.ts'
import {
  chooseTarget,
  didYouMean,
  ElysiaError,
  layersFor,
  namesOf,
  type OptionSchema,
  parseTarget,
  resolve,
  targetOptions,
} from '../library.ts'
import { SCRIPTS } from './completionScripts.ts'

/** Words that the shell's script sends, which no person types. */
const REQUEST = 'words'

/**
 * `completion`: a script for a shell, which asks the command itself what may come next.
 * Not @bomb.sh/tab: its scripts never complete file names, which most of our operands are, and the one for
 * bash evaluates the words on the line, so that a tab would run what stands in them.
 */
export const command: Command = {
  name: 'completion',
  summary: 'print the completion script for a shell',
  usage: 'bash|zsh|fish',
  examples: [
    'source <(elysiactl completion bash)',
    'source <(elysiactl completion zsh)',
    'elysiactl completion fish > ~/.config/fish/completions/elysiactl.fish',
  ],
  schemas: [targetOptions],
  wrapsCommand: true,
  run,
}

async function run(context: Context): Promise<void> {
  const { operands, rest, console } = context
  const [shell = '', ...more] = operands
  if (shell === REQUEST) return console.print(await candidates(context, rest ?? []))
  const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined
  const shells = Object.keys(SCRIPTS)
  if (script === undefined || more.length > 0) {
    const what = shell === '' ? 'no shell is named' : `there is no completion for ${operands.join(' ')}`
    throw new ElysiaError('ELYSIA_USAGE', what, {
      hint: didYouMean(shell, shells, `shells are ${shells.join(', ')}`),
    })
  }
  await console.print(script.trimEnd().split('\n'))
}

/** What may stand in place of the last word, after those before it; nothing where that is a file. */
async function candidates(context: Context, words: readonly string[]): Promise<string[]> {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const all = await possible(context, before, typed)
  return all.filter((word) => word.startsWith(typed))
}

async function possible(context: Context, before: readonly string[], typed: string): Promise<string[]> {
  if (before.includes('--')) return []
  const name = commandOf(context, before)
  if (name === undefined) return nextWords(context, before)
  const { command: found } = await context.commands[name]!()
  const options = [...found.schemas, consoleOptions].flatMap(({ properties }) => Object.entries(properties))
  const valued = options.find(([key, option]) => awaitsValue(before.at(-1), key, option))
  if (valued !== undefined) return valuesOf(context, ...valued)
  if (typed.startsWith('-')) return ['--help', ...options.flatMap(([key, option]) => flagsOf(key, option))]
  return operandsOf(context, name, before, typed)
}

function commandOf({ commands }: Context, words: readonly string[]): string | undefined {
  const names = [3, 2, 1].map((length) => words.slice(0, length).join(' '))
  return names.find((name) => Object.hasOwn(commands, name))
}

function nextWords({ commands }: Context, before: readonly string[]): string[] {
  const names = Object.keys(commands).map((name) => name.split(' '))
  const following = names.filter((name) => before.every((word, index) => word === name[index]))
  return [...new Set(following.map((name) => name[before.length] ?? ''))].filter((word) => word !== '')
}

function flagsOf(key: string, option: OptionSchema): string[] {
  if (option.hidden === true) return []
  const { flag } = namesOf(key, option)
  return [option.default === true ? `--no-${flag}` : `--${flag}`]
}

function awaitsValue(word: string | undefined, key: string, option: OptionSchema): boolean {
  if (option.type === 'boolean' || word === undefined) return false
  return word === `--${namesOf(key, option).flag}` || word === `-${option.short}`
}

function valuesOf(context: Context, key: string, option: OptionSchema): Promise<string[]> | string[] {
  if (key === 'collection') return collectionNames(context)
  if (key === 'target') return Object.keys(context.settings.targets)
  return [...(option.enum ?? [])]
}

const TAKES_ID = / (show|pin|unpin|tag|untag|note|verify)$/

/** A catalog that is not there, or cannot be read, offers none. */
async function archiveIds({ options }: Context, typed: string): Promise<string[]> {
  const silent = { note: () => {} }
  try {
    return await onCatalog({ options, console: silent }, (catalog) => catalog.idsBeginning(typed, 50))
  } catch {
    return []
  }
}

function operandsOf(
  context: Context,
  name: string,
  before: readonly string[],
  typed: string,
): Promise<string[]> | string[] {
  if (name === 'format schema') return ['change', 'report', 'reject']
  if (name === 'completion') return Object.keys(SCRIPTS)
  const isFirst = before.length === name.split(' ').length
  if (name.startsWith('col catalog ')) return TAKES_ID.test(name) && isFirst ? archiveIds(context, typed) : []
  return name.startsWith('col ') && name !== 'col ls' && isFirst ? collectionNames(context) : []
}

/** A store that cannot be reached offers no names: completion never complains, and makes no store either. */
async function collectionNames(context: Context): Promise<string[]> {
  try {
    if (isAbsent(context)) return []
    const { store } = await context.readTarget()
    return (await store.list()).map(({ name }) => name)
  } catch {
    return []
  }
}

function isAbsent({ flags, settings }: Context): boolean {
  const given = layersFor(targetOptions, [flags, ...settings.layers])
  const target = parseTarget(chooseTarget(resolve(targetOptions, given).options.target, '', settings).address)
  return target.kind === 'sqlite' && !existsSync(target.path)
}
