import type { Command, Context } from '../../cli/command.ts'
import { counted, historyLibrary, historyOptions } from '../../library.ts'
import { openUserHistory } from '../../monitor.ts'

/** `runs trim`: removes old runs from the history, as the end of each run does. */
export const command: Command = {
  summary: 'remove old runs from the history; totals and the last good runs stay',
  operands: [],
  examples: ['elysiactl runs trim --keep-runs 1y', 'elysiactl runs trim --keep-runs 10000'],
  schemas: [historyOptions],
  document: 'runs-trimmed',
  docs: 'docs/monitoring.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { keepOf } = await historyLibrary()
  const keep = keepOf(context.options(historyOptions).keepRuns)
  const history = await openUserHistory(context)
  try {
    let removed = 0
    for (let more = history.prune(keep); more > 0; more = history.prune(keep)) removed += more
    history.compact()
    if (console.json) await console.document({ removed })
    else console.note(`${counted(removed, 'run')} removed`)
  } finally {
    history.close()
  }
}
