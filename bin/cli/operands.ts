import { ElysiaError, type ValueKind } from '../library.ts'

/** One operand of a command. */
export interface Operand {
  /** Its name in usage: `FILE`, `ID|DIR`. */
  readonly name: string
  /** What it names: completion offers the existing ones. */
  readonly kind?: ValueKind
  /** The words that it accepts. */
  readonly choices?: readonly string[]
  readonly optional?: boolean
  /** True if it may be repeated. */
  readonly many?: boolean
  /** What to do if it is missing. */
  readonly hint?: string
}

/** The name of one collection. */
export const COLLECTION = {
  name: 'NAME',
  kind: 'collection',
  hint: '`elysiactl col ls` lists the collections',
} as const satisfies Operand

/** One archive of the catalog. */
export const ARCHIVE = {
  name: 'ID',
  kind: 'archive',
  hint: '`elysiactl col catalog list` lists them; the beginning of an id is enough, and latest:NAME works too',
} as const satisfies Operand

interface OperandUsage {
  readonly name: string
  readonly operands: readonly Operand[]
  readonly usage?: string
}

/** The text after a command's name in help: `ID TAG…`; empty if there is none. */
export function usageText({ operands, usage }: Omit<OperandUsage, 'name'>): string {
  return usage ?? operands.map(operandText).join(' ')
}

function operandText({ name, choices, optional, many }: Operand): string {
  const text = `${choices === undefined ? name : choices.join('|')}${many === true ? '…' : ''}`
  return optional === true ? `[${text}]` : text
}

/**
 * Checks the given operands against those that the command takes.
 * @throws ElysiaError ELYSIA_USAGE if one is missing, or there is one too many
 */
export function requireOperands(command: OperandUsage, values: readonly string[]): void {
  const { name, operands } = command
  const missing = operands[values.length]
  if (missing !== undefined && missing.optional !== true) {
    const kind = missing.kind ?? missing.name.toLowerCase()
    throw usage(command, `${name}: no ${kind} is given`, missing.hint)
  }
  const extra = operands.at(-1)?.many === true ? undefined : values[operands.length]
  if (extra === undefined) return
  if (operands.length === 0) throw usage(command, `${name} takes no operand, not ${extra}`)
  const most = operands.length === 1 ? 'one operand' : `${operands.length} operands`
  throw usage(command, `${name} takes ${most}; ${extra} is one too many`)
}

function usage(command: OperandUsage, message: string, hint = usageLine(command)): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, { hint })
}

function usageLine(command: OperandUsage): string {
  return `usage: elysiactl ${`${command.name} ${usageText(command)}`.trimEnd()}`
}
