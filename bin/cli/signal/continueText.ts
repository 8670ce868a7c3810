import type { ContinueHint } from '../command.ts'
import { changedWords, commandLine } from './commandLine.ts'

/** How to continue after a signal, with the typed words: `continue with: elysiactl col backup X --resume`. */
export function continueText(typed: readonly string[], continuing: ContinueHint = {}): string {
  const { keeps = false, add, drop, input } = continuing
  const line = commandLine(changedWords(typed, { ...(add && { add }), ...(drop && { drop }) }))
  const how = keeps ? 'continue' : 'begin again'
  return input === undefined ? `${how} with: ${line}` : `${how} with the same ${input} into: ${line}`
}
