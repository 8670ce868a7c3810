import type { Head } from './input.ts'

/** What was taken of an input that cannot be read again, and is written nowhere. */
export interface Unwritten {
  /** A sentence that names the lines. */
  readonly text: string
  /** Whole lines are among it, and not only the beginning of one. */
  readonly isLines: boolean
  /** The line that was cut, where it is that alone. */
  readonly line?: number
  /** The line behind which something is left, where the bytes do not tell what. */
  readonly behind?: number
}

/** How much of an input is settled. */
export interface Settled {
  /** The last line that is known to be. */
  readonly line: number
  /** The last line that an earlier run has settled, where this one has not come to differ from it. */
  readonly before: number
}

/**
 * What a stop left of an input: whole lines, the beginning of one, or, where the bytes do not tell, more than that;
 * undefined where all that was taken is written. `atOnce` where what flowed was not waited for.
 */
export function unwritten(
  name: string,
  head: Head,
  settled: Settled,
  atOnce: boolean,
): Unwritten | undefined {
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
