import type { Command, Context } from '../../cli/command.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import { mergeRuns } from '../../history.ts'
import { followOfCounts, type OptionsSchema, type RunRecord, runsNow, targetOptions } from '../../library.ts'
import type { Column } from '../../view/columns.ts'
import { countsText } from '../../view/countsText.ts'

const statusOptions = {
  type: 'object',
  name: 'status',
  description: 'Which runs are shown.',
  properties: {
    limit: {
      type: 'integer',
      description: 'at most this many runs, newest first',
      default: 20,
      minimum: 1,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `index status`: the runs into the target and those on archives, newest first, and the last commit of each repository. */
export const command: Command = {
  summary: 'show the runs into the target, and the last commit of each repository',
  alsoKnownAs: ['runs', 'history'],
  operands: [],
  examples: ['elysiactl index status', 'elysiactl index status --limit 1 --json'],
  schemas: [statusOptions, tableOptions, targetOptions],
  document: 'status',
  exits: ['notFound'],
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { limit } = context.options(statusOptions)
  const { target, state, history } = await context.readRuns()
  const runs =
    history === undefined
      ? runsNow(state, target, { withArchives: true, limit })
      : mergeRuns(runsNow(state, target, { limit }), runsNow(history, target, { withArchives: true, limit }))
  const newest = runs.slice(0, limit)
  const positions = state.journal.positions(target)
  if (console.json) return console.document({ target, runs: newest.map(entry), commits: plain(positions) })
  if (runs.length === 0 && positions.size === 0) return console.note('no runs yet')
  const tables = await tablesFor(context)
  const runRows = newest.map((one) => row(one, tables))
  await console.print([...tables.of(HEAD, runRows), ...commitLines(positions, tables)])
  tables.noteDropped()
}

/** Class → repository → the last commit, sorted by name. */
type Positions = ReadonlyMap<string, ReadonlyMap<string, string>>

function plain(positions: Positions): Record<string, Record<string, string>> {
  return Object.fromEntries([...positions].map(([name, repos]) => [name, Object.fromEntries(repos)]))
}

/** A run for programs: its latest recorded counts, null before the first. */
function entry({ run, kind, status, collection, class: name, inputs, counts, ...rest }: RunRecord) {
  const { target, labels, startedAt, updatedAt, error } = rest
  const follow = kind === 'copy' ? followOfCounts(counts) : undefined
  return {
    id: run,
    kind,
    status,
    collection,
    class: name,
    target,
    inputs,
    labels,
    counts: counts ?? null,
    ...(follow !== undefined && { state: follow.state }),
    started_at: startedAt,
    updated_at: updatedAt,
    ...(error !== undefined && { error }),
  }
}

const HEAD: readonly Column[] = [
  { name: 'run', whole: true },
  { name: 'kind', whole: true, drop: 2 },
  'status',
  { name: 'collection', drop: 5, least: 12 },
  { name: 'class', drop: 3, least: 12 },
  { name: 'inputs', drop: 4, least: 16 },
  { name: 'counts', drop: 1, least: 20 },
  { name: 'started', whole: true, drop: 6 },
  { name: 'updated', whole: true, drop: 7 },
]

function row(run: RunRecord, { time }: Tables): string[] {
  const { labels, startedAt, updatedAt } = run
  const [first = ''] = labels
  const from = labels.length > 1 ? `${first} and ${labels.length - 1} more` : first
  return [
    run.run,
    run.kind,
    run.status,
    run.collection,
    run.class,
    from,
    countsText(run),
    time(startedAt),
    time(updatedAt),
  ]
}

function commitLines(positions: Positions, tables: Tables): string[] {
  const rows = [...positions].flatMap(([name, repos]) =>
    [...repos].map(([repo, commit]) => [name, repo || '(no name)', commit]),
  )
  return rows.length === 0
    ? []
    : ['', ...tables.of(['class', 'repository', { name: 'last commit', whole: true }], rows)]
}
