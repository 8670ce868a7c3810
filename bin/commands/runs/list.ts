import type { Command, Context } from '../../cli/command.ts'
import { tableOptions, tablesFor } from '../../cli/tables.ts'
import { noteUndelivered, openUserHistory } from '../../monitor.ts'
import { choiceOf, runsOptions } from './choice.ts'
import { RUN_COLUMNS, runRow } from './table.ts'

/** `runs list`: the runs in the history, newest first. */
export const command: Command = {
  summary: 'list runs, of commands and of programs, and how each ended',
  alsoKnownAs: ['history', 'ls'],
  operands: [],
  examples: [
    'elysiactl runs list',
    'elysiactl runs list --status failed,killed --since 7d',
    'elysiactl runs list --kind backup --collection Article --json',
  ],
  schemas: [runsOptions, tableOptions],
  document: 'runs',
  docs: 'docs/monitoring.md',
  tellsAlerts: true,
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const choice = choiceOf(context.options(runsOptions))
  const history = await openUserHistory(context)
  try {
    const runs = history.list(choice)
    if (console.json) return await console.document({ runs })
    if (runs.length === 0) return console.note('no runs')
    const tables = await tablesFor(context)
    await console.print(
      tables.of(
        RUN_COLUMNS,
        runs.map((one) => runRow(one, tables)),
      ),
    )
    tables.noteDropped()
    await noteUndelivered(console)
  } finally {
    history.close()
  }
}
