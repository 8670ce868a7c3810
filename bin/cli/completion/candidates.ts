import { namesOf } from '../../library.ts'
import type { Context } from '../command.ts'
import { followWords, isGroup, load, loadAll } from '../registry.ts'
import { flagsOf, optionsOf, readTyped, type TypedWords } from './typedWords.ts'
import { type Candidate, valuesOf } from './values.ts'

/**
 * Candidates for the last word, given those before it; empty if the shell should offer them, for example files. After
 * `--flag=` it returns complete words.
 */
export async function candidates(context: Context, words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  if (before.includes('--')) return []
  const all = await possible(context, before, typed)
  return all.filter(({ word }) => word.startsWith(typed))
}

async function possible(
  context: Context,
  before: readonly string[],
  typed: string,
): Promise<readonly Candidate[]> {
  const path = before[0] === 'help' ? before.slice(1) : before
  const { name, member, length } = followWords(context.commands, path)
  if (isGroup(member)) return length === path.length ? members(context, name, before.length === 0) : []
  if (before[0] === 'help') return []
  const line = readTyped(await load(name, member), path.slice(length))
  if (line.awaits !== undefined) return valuesOf(context, line, line.awaits.option, typed)
  const inline = /^(--[a-z-]+=)(.*)$/s.exec(typed)
  if (inline !== null) return inlineValues(context, line, inline[1]!, inline[2]!)
  if (typed.startsWith('-')) return flagsFor(line)
  return operandsFor(context, line, typed)
}

async function members(context: Context, name: string, isFirst: boolean): Promise<Candidate[]> {
  const { member } = followWords(context.commands, name === '' ? [] : name.split(' '))
  if (!isGroup(member)) return []
  const summaries = new Map((await loadAll(member, name)).map((one) => [one.name, one.summary]))
  const found = Object.entries(member.members).map(([word, one]) => {
    const text = isGroup(one) ? one.summary : summaries.get(`${name} ${word}`.trimStart())
    return { word, ...(text !== undefined && { text }) }
  })
  return isFirst ? [...found, { word: 'help', text: 'show the help of a command' }] : found
}

/** The flags of a command that were not typed yet. */
function flagsFor({ command, values }: TypedWords): Candidate[] {
  const open = optionsOf(command).filter(([key, option]) => {
    return option.hidden !== true && (option.repeated === true || !values.has(key))
  })
  const flagCandidates = open.map(([key, option]) => {
    const { flag } = namesOf(key, option)
    const isOn = option.default === true
    return {
      word: isOn ? `--no-${flag}` : `--${flag}`,
      text: isOn ? (option.negative ?? option.description) : option.description,
    }
  })
  return [...flagCandidates, { word: '--help', text: 'show the help of this command' }]
}

async function inlineValues(
  context: Context,
  line: TypedWords,
  start: string,
  typed: string,
): Promise<Candidate[]> {
  const flag = flagsOf(line.command).get(start.slice(0, -1))
  if (flag === undefined) return []
  const values = await valuesOf(context, line, flag.option, typed)
  return values.map(({ word, ...more }) => ({ word: start + word, ...more }))
}

/** Candidates for the next operand; if there is none, only flags can follow. */
function operandsFor(
  context: Context,
  line: TypedWords,
  typed: string,
): Promise<readonly Candidate[]> | readonly Candidate[] {
  const { operands } = line.command
  const last = operands.at(-1)
  const next = operands[line.operands.length] ?? (last?.many === true ? last : undefined)
  return next === undefined ? flagsFor(line) : valuesOf(context, line, next, typed)
}
