import { parseArgs } from 'node:util'
import {
  didYouMean,
  ElysiaError,
  type Layer,
  namesOf,
  type OptionSchema,
  type OptionsSchema,
} from '../library.ts'

/** A command line after its command: operands, the words after `--`, and the flags by option key. */
export interface Arguments {
  readonly operands: readonly string[]
  readonly rest: readonly string[] | undefined
  readonly flags: Layer
  /** The flags whose order counts, as typed. */
  readonly steps: readonly Step[]
}

/** A flag whose order counts: `--map a=b` is the step `map` with the text `a=b`. */
export interface Step {
  readonly kind: string
  readonly text: string
}

interface Flag {
  readonly key: string
  readonly option: OptionSchema
  /** The value of a flag that takes none. */
  readonly means?: boolean
}

/**
 * Reads what follows a command. The parser of citty accepts unknown flags and turns a missing value into an empty one;
 * this one refuses both.
 * @throws ElysiaError ELYSIA_USAGE for an unknown flag (the nearest is named), a missing or unwanted value
 */
export function readArguments(argv: readonly string[], schemas: readonly OptionsSchema[]): Arguments {
  const flags = flagsOf(schemas)
  const { tokens } = parseArgs({
    args: [...argv],
    options: parserOptions(flags),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const operands: string[] = []
  const values: Record<string, unknown> = {}
  const steps: Step[] = []
  let rest: string[] | undefined
  for (const token of tokens) {
    if (token.kind === 'option-terminator') rest = argv.slice(token.index + 1)
    else if (token.kind === 'positional') rest ?? operands.push(token.value)
    else {
      Object.assign(values, flagValue(token, flags, values))
      if (flags.get(token.name)?.option.ordered) steps.push({ kind: token.name, text: token.value! })
    }
  }
  return { operands, rest, flags: { kind: 'flag', origin: 'command line', values }, steps }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function flagValue(
  token: OptionToken,
  flags: ReadonlyMap<string, Flag>,
  before: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const flag = flags.get(token.name)
  if (flag === undefined) throw unknownFlag(token, flags)
  if (flag.means !== undefined) {
    if (token.value === undefined) return { [flag.key]: flag.means }
    throw usage(`${token.rawName} takes no value`, `write ${token.rawName} alone`)
  }
  if (token.value === undefined || token.value === '') throw usage(`${token.rawName} needs a value`)
  if (token.inlineValue !== true && /^-./.test(token.value)) {
    throw usage(
      `${token.rawName} needs a value`,
      `if ${token.value} is the value: --${token.name}=${token.value}`,
    )
  }
  const earlier = flag.option.repeated === true ? before[flag.key] : undefined
  return { [flag.key]: earlier === undefined ? token.value : `${earlier};${token.value}` }
}

/** The value of `--api-key` is a secret, so the message must not repeat it. */
function unknownFlag({ name, rawName }: OptionToken, flags: ReadonlyMap<string, Flag>): ElysiaError {
  if (/^(api-?key|password|token|secret)$/i.test(name)) {
    return usage(
      `${rawName} is refused: others can see the command line`,
      'set ELYSIACTL_API_KEY, or give --api-key-file FILE',
    )
  }
  const longFlags = [...flags.keys()].filter((flag) => flag.length > 1).map((flag) => `--${flag}`)
  return usage(
    `unknown option ${rawName}`,
    didYouMean(rawName, longFlags, '--help lists the options of a command'),
  )
}

function flagsOf(schemas: readonly OptionsSchema[]): Map<string, Flag> {
  const flags = new Map<string, Flag>([
    ['help', { key: 'help', option: { type: 'boolean', description: '', short: 'h' }, means: true }],
  ])
  for (const [key, option] of schemas.flatMap(({ properties }) => Object.entries(properties))) {
    const { flag } = namesOf(key, option)
    const entry: Flag = { key, option, ...(option.type === 'boolean' && { means: true }) }
    flags.set(flag, entry)
    if (option.short !== undefined) flags.set(option.short, entry)
    if (option.default === true) flags.set(`no-${flag}`, { key, option, means: false })
  }
  return flags
}

function parserOptions(flags: ReadonlyMap<string, Flag>) {
  const entries = [...flags].filter(([name]) => name.length > 1)
  return Object.fromEntries(
    entries.map(([name, { option, means }]) => {
      const type = means === undefined ? 'string' : 'boolean'
      return [name, { type, ...(option.short !== undefined && { short: option.short }) } as const]
    }),
  )
}

function usage(message: string, hint?: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, hint === undefined ? {} : { hint })
}
