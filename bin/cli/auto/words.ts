import { dirname, resolve as resolvePath } from 'node:path'
import {
  didYouMean,
  ElysiaError,
  layersFor,
  namesOf,
  type OptionSchema,
  resolveOptions,
} from '../../library.ts'
import { readArguments } from '../arguments.ts'
import type { Group } from '../command.ts'
import { followWords, isGroup, load, schemasOf } from '../registry.ts'

/** Options that `auto` sets itself. */
const OWN = new Set(['json', 'help', 'dryRun', 'runId'])

/**
 * The words that pass options to a command, checked like those of a command line. Keys are flags without their hyphens;
 * a list repeats its flag; paths are relative to the file.
 * @throws ElysiaError ELYSIA_USAGE
 */
export async function optionWords(
  commands: Group,
  command: readonly string[],
  options: Readonly<Record<string, unknown>>,
  file: string,
): Promise<string[]> {
  const { member, name } = followWords(commands, command)
  if (isGroup(member)) throw new Error(`${name} is not a command`)
  const schemas = schemasOf(await load(name, member))
  const optionsByFlag = new Map<string, OptionSchema>()
  for (const { properties } of schemas) {
    for (const [key, option] of Object.entries(properties))
      if (!OWN.has(key)) optionsByFlag.set(namesOf(key, option).flag, option)
  }
  const words = Object.entries(options).flatMap(([key, value]) => {
    const flag = key.replaceAll('_', '-')
    const option = optionsByFlag.get(flag)
    if (option === undefined) throw unknown(flag, name, [...optionsByFlag.keys()])
    return (Array.isArray(value) ? value : [value]).flatMap((one) => wordsOf(flag, option, one, file))
  })
  const { flags } = readArguments(words, schemas)
  for (const schema of schemas) resolveOptions({ ...schema, required: [] }, layersFor(schema, [flags]))
  return words
}

function wordsOf(flag: string, option: OptionSchema, value: unknown, file: string): string[] {
  if (option.type === 'boolean' && typeof value === 'boolean') {
    if (value) return [`--${flag}`]
    return option.negative === undefined ? [] : [`--no-${flag}`]
  }
  const text = option.path === true ? resolvePath(dirname(file), String(value)) : String(value)
  return text.startsWith('-') ? [`--${flag}=${text}`] : [`--${flag}`, text]
}

function unknown(flag: string, command: string, flags: readonly string[]): ElysiaError {
  const hint = didYouMean(flag, flags, `\`elysiactl ${command} --help\` lists its options`)
  return new ElysiaError('ELYSIA_USAGE', `${command} has no option ${flag} that a policy may set`, { hint })
}
