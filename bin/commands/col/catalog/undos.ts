import type { Command, Context } from '../../../cli/command.ts'
import { type Tables, tableOptions, tablesFor } from '../../../cli/tables.ts'
import { type KeptUndo, rollbackJob, roughSize, userPaths } from '../../../library.ts'
import type { Column } from '../../../view/columns.ts'

/** `col catalog undos`: the runs that can be rolled back. */
export const command: Command = {
  summary: 'list the changes that `col rollback` can undo',
  operands: [],
  examples: ['elysiactl col catalog undos'],
  schemas: [tableOptions],
  document: 'undos',
  docs: 'docs/restore.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { keptUndos, undoRoot } = await rollbackJob()
  const unreadable = (directory: string, reason: string) => console.warn(`${directory}: ${reason}`)
  const undos = keptUndos(undoRoot(userPaths().state), unreadable)
  context.done()
  if (console.json) return console.document({ undos: undos.map(documentOf) })
  if (undos.length === 0) return console.note('nothing can be undone')
  const tables = await tablesFor(context)
  await console.print(
    tables.of(
      COLUMNS,
      undos.map((one) => rowOf(one, tables)),
    ),
  )
  tables.noteDropped()
}

const COLUMNS: readonly Column[] = [
  { name: 'RUN', whole: true },
  'COLLECTION',
  { name: 'TARGET', drop: 2 },
  'HOW',
  'STATE',
  { name: 'SIZE', drop: 3 },
  { name: 'KEPT UNTIL', drop: 1 },
]

function documentOf({ header, bytes, keptUntilMs, directory }: KeptUndo) {
  const {
    run: id,
    job,
    how,
    class: name,
    target,
    started_at,
    ended_at = null,
    rolled_back_at = null,
  } = header
  const kept_until = new Date(keptUntilMs).toISOString()
  return {
    id,
    job,
    how,
    class: name,
    target,
    started_at,
    ended_at,
    rolled_back_at,
    bytes,
    kept_until,
    directory,
  }
}

function rowOf({ header, bytes, keptUntilMs }: KeptUndo, { time }: Tables): string[] {
  const { run, how, class: name, target } = header
  return [
    run,
    name,
    target,
    how,
    stateOf(header),
    roughSize(bytes),
    time(new Date(keptUntilMs).toISOString()),
  ]
}

function stateOf({ ended_at, rolled_back_at, rolling_back }: KeptUndo['header']): string {
  if (rolling_back === true) return 'rollback interrupted'
  if (rolled_back_at !== undefined) return 'rolled back'
  return ended_at === undefined ? 'interrupted' : 'done'
}
