import { namesOf, type OptionSchema } from '../../library.ts'
import type { NamedCommand } from '../command.ts'
import { schemasOf } from '../registry.ts'

/** The words after a command, as far as completion needs them. */
export interface TypedWords {
  readonly command: NamedCommand
  readonly operands: readonly string[]
  /** The values of options by their key; true for an option without a value. */
  readonly values: ReadonlyMap<string, string | true>
  /** The option whose value is the next word. */
  readonly awaits: Flag | undefined
}

/** An option with the key of its schema. */
export interface Flag {
  readonly key: string
  readonly option: OptionSchema
}

/** Reads words leniently: the command itself reports what is wrong with them. */
export function readTyped(command: NamedCommand, words: readonly string[]): TypedWords {
  const flags = flagsOf(command)
  const operands: string[] = []
  const values = new Map<string, string | true>()
  let awaits: Flag | undefined
  for (const word of words) {
    if (awaits !== undefined) {
      values.set(awaits.key, word)
      awaits = undefined
      continue
    }
    const [, name, value] = /^(--?[a-z-]+)(?:=(.*))?$/s.exec(word) ?? []
    const flag = name === undefined ? undefined : flags.get(name)
    if (!word.startsWith('-') || word === '-') operands.push(word)
    else if (flag?.option.type === 'boolean') values.set(flag.key, true)
    else if (flag !== undefined && value !== undefined) values.set(flag.key, value)
    else awaits = flag
  }
  return { command, operands, values, awaits }
}

/** The options of a command under every spelling of their flag. */
export function flagsOf(command: NamedCommand): Map<string, Flag> {
  const flags = new Map<string, Flag>()
  for (const [key, option] of optionsOf(command)) {
    const { flag } = namesOf(key, option)
    flags.set(`--${flag}`, { key, option })
    if (option.default === true) flags.set(`--no-${flag}`, { key, option })
    if (option.short !== undefined) flags.set(`-${option.short}`, { key, option })
  }
  return flags
}

/** All options of a command, by the key of their schema. */
export function optionsOf(command: NamedCommand): [key: string, option: OptionSchema][] {
  return schemasOf(command).flatMap(({ properties }) => Object.entries(properties))
}
