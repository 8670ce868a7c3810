import { setTimeout as wait } from 'node:timers/promises'
import type { Command, Context } from '../../cli/command.ts'
import { historyLibrary, historyOptions, pluralize, roughSize } from '../../library.ts'
import { openUserHistory } from '../../monitor.ts'

/** Between two removals, another process may write. */
const PAUSE_MS = 20

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
  const { parseKeepRuns } = await historyLibrary()
  const keep = parseKeepRuns(context.options(historyOptions).keepRuns)
  const history = await openUserHistory(context)
  try {
    let removed = 0
    for (let more = history.prune(keep); more > 0; more = history.prune(keep)) {
      removed += more
      await wait(PAUSE_MS)
    }
    const { bytes, keptBytes, why } = await history.compact()
    if (why !== undefined)
      console.warn(
        `the history keeps ${roughSize(keptBytes)} that are free: ${why}; run the same command later`,
      )
    if (console.json) {
      const space = { freed_bytes: bytes, free_bytes: keptBytes }
      await console.document({ removed, ...space, ...(why !== undefined && { not_freed: why }) })
    } else {
      const freedText = bytes === 0 ? '' : `; the history is ${roughSize(bytes)} smaller`
      console.note(`${pluralize(removed, 'run')} removed${freedText}`)
    }
  } finally {
    history.close()
  }
}
