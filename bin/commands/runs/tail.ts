import { setTimeout as wait } from 'node:timers/promises'
import type { Command, Context } from '../../cli/command.ts'
import type { HistoryEntry } from '../../library.ts'
import { openUserHistory } from '../../monitor.ts'
import { localText, utcText } from '../../view/times.ts'
import { choiceOf, runsOptions } from './choice.ts'
import { progressText, timeText } from './table.ts'

/** How often to check whether any process has written. */
const LOOK_EVERY_MS = 500

/** `runs tail`: shows runs as they begin, continue and end, until interrupted. */
export const command: Command = {
  summary: 'follow runs live as they begin, progress and end',
  operands: [],
  examples: ['elysiactl runs tail', 'elysiactl runs tail --kind backup --json'],
  schemas: [runsOptions],
  document: 'history-entry',
  docs: 'docs/monitoring.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, stop } = context
  const choice = choiceOf({
    ...context.options(runsOptions),
    since: context.options(runsOptions).since ?? '1d',
  })
  const history = await openUserHistory(context)
  const seen = new Map<string, string>()
  const text = console.printsToTerminal ? localText : utcText
  try {
    let version: number | undefined
    while (!stop.aborted) {
      const now = history.version()
      // A process that is gone writes nothing more: check for that too.
      const isDue = now !== version || [...seen.values()].some((state) => state.startsWith('running'))
      version = now
      if (isDue) {
        const changed = history
          .list(choice)
          .reverse()
          .filter((entry) => isNews(seen, entry))
        const lines = changed.map((one) => (console.json ? JSON.stringify(one) : tailLine(one, text)))
        if (lines.length > 0) await console.print(lines)
        version = history.version()
      }
      await wait(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {})
    }
  } finally {
    history.close()
  }
}

/** The state of an entry is news once. */
function isNews(seen: Map<string, string>, { id, attempt, status, updated_at }: HistoryEntry): boolean {
  const key = `${id}\0${attempt}`
  const state = `${status} ${updated_at}`
  if (seen.get(key) === state) return false
  seen.set(key, state)
  return true
}

function tailLine(entry: HistoryEntry, timeOf: (iso: string) => string): string {
  const { id, kind, collection, status, updated_at: updated, seconds, error, progress } = entry
  const what = `${kind}${collection === '' ? '' : ` of ${collection}`}`
  const waits = progress?.waits_for === undefined ? '' : `, waits for ${progress.waits_for}`
  const how = seconds === undefined ? `${progressText(entry)}${waits}` : `after ${timeText(seconds)}`
  const why = error === undefined ? '' : `: ${error.code}: ${error.message}`
  return `${timeOf(updated)}  ${id}  ${what}  ${status} ${how}${why}`.trimEnd()
}
