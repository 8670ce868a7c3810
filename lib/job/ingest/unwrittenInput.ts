import type { OpenedInput } from './input.ts'

/** What was taken from an input that cannot be read again, and is not written anywhere. */
export interface UnwrittenInput {
  /** A sentence that names the lines. */
  readonly text: string
  /** True if it includes complete lines, not only the beginning of one. */
  readonly isLines: boolean
  /** The line that was cut, if it is the only one. */
  readonly line?: number
  /** The line after which something is left, if the bytes do not tell what. */
  readonly behind?: number
}

/** How much of an input is settled. */
export interface SettledLines {
  /** The last line known to be settled. */
  readonly line: number
  /** The last line that an earlier run settled, unless this one has found a difference. */
  readonly before: number
}

/**
 * What a stop left of an input: complete lines, the beginning of one, or, if the bytes do not tell, more than that;
 * undefined if everything taken is written. `atOnce` if what was flowing was not waited for.
 */
export function unwrittenRest(
  name: string,
  head: OpenedInput,
  settled: SettledLines,
  atOnce: boolean,
): UnwrittenInput | undefined {
  const { lastRecord, openLine } = head.splitter
  const from = Math.max(lastRecord, settled.line)
  const more = from >= settled.before && head.holdsMore(atOnce)
  const cut = openLine !== undefined && openLine > settled.before ? openLine : undefined
  if (lastRecord > settled.line) {
    const lines = `the lines ${settled.line + 1} to ${lastRecord} of ${name} were taken and are not written`
    const rest = more
      ? ', nor is what was taken behind them'
      : cut === undefined
        ? ''
        : `, and line ${cut} was cut`
    return { text: lines + rest, isLines: true }
  }
  if (more) {
    const behind = from === 0 ? '' : ` behind line ${from}`
    return { text: `what was taken of ${name}${behind} is not written`, isLines: false, behind: from }
  }
  if (cut === undefined) return undefined
  return { text: `line ${cut} of ${name} was cut by the stop, and is not written`, isLines: false, line: cut }
}
