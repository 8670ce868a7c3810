import type { Command, Context } from '../../cli/command.ts'
import { mergedRuns } from '../../history.ts'
import { type OptionsSchema, type RunRecord, runsNow, targetOptions } from '../../library.ts'
import { columns } from '../../view/columns.ts'
import { countsText } from '../../view/countsText.ts'

const statusOptions = {
  type: 'object',
  name: 'status',
  description: 'Which runs are shown.',
  properties: {
    limit: {
      type: 'integer',
      description: 'how many runs at most, the newest first',
      default: 20,
      minimum: 1,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `index status`: the runs into the target and those on archives, newest first, and the last commit of each repository. */
export const command: Command = {
  summary: 'show the runs into the target, and how far each repository has come',
  alsoKnownAs: ['runs', 'history'],
  operands: [],
  examples: ['elysiactl index status', 'elysiactl index status --limit 1 --json'],
  schemas: [statusOptions, targetOptions],
  exits: ['notFound'],
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { limit } = context.options(statusOptions)
  const { target, state, history } = await context.readRuns()
  const runs =
    history === undefined
      ? runsNow(state, target, true)
      : mergedRuns(runsNow(state, target), runsNow(history, target, true))
  const shown = runs.slice(0, limit)
  const positions = state.journal.positions(target)
  if (console.json) return console.document({ target, runs: shown.map(entry), commits: plain(positions) })
  if (runs.length === 0 && positions.size === 0) return console.note('no runs yet')
  await console.print([...table(shown), ...commitLines(positions)])
}

/** Class → repository → the last commit, in order of name. */
type Positions = ReadonlyMap<string, ReadonlyMap<string, string>>

function plain(positions: Positions): Record<string, Record<string, string>> {
  return Object.fromEntries([...positions].map(([name, repos]) => [name, Object.fromEntries(repos)]))
}

/** A run as a program reads it: what it had done when that was noted last, which is null before. */
function entry({ run, kind, status, collection, class: name, inputs, counts, ...rest }: RunRecord) {
  const { target, startedAt, updatedAt, error } = rest
  return {
    run,
    kind,
    status,
    collection,
    class: name,
    target,
    inputs,
    counts: counts ?? null,
    started_at: startedAt,
    updated_at: updatedAt,
    ...(error !== undefined && { error }),
  }
}

function table(runs: readonly RunRecord[]): string[] {
  const head = ['run', 'kind', 'status', 'collection', 'class', 'inputs', 'counts', 'started', 'updated']
  return columns(head, runs.map(row))
}

function row(run: RunRecord): string[] {
  const { inputs, startedAt, updatedAt } = run
  const from = inputs.length > 1 ? `${inputs[0]} and ${inputs.length - 1} more` : (inputs[0] ?? '')
  return [
    run.run,
    run.kind,
    run.status,
    run.collection,
    run.class,
    from,
    countsText(run),
    second(startedAt),
    second(updatedAt),
  ]
}

function second(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}

function commitLines(positions: Positions): string[] {
  const rows = [...positions].flatMap(([name, repos]) =>
    [...repos].map(([repo, commit]) => [name, repo || '(no name)', commit]),
  )
  return rows.length === 0 ? [] : ['', ...columns(['class', 'repository', 'last commit'], rows)]
}
