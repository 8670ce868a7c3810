import type { Command, Context } from '../../cli/command.ts'
import { commandLine } from '../../cli/signal/commandLine.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import { type AttemptLog, ElysiaError, type HistoryEntry, roughSize } from '../../library.ts'
import { openUserHistory } from '../../monitor.ts'
import { trafficText } from '../../view/trafficText.ts'
import { progressText, timeText } from './table.ts'

/** How much of a log fits on a screen. */
const LOG_LINES = 30

/** `runs show`: everything known about a run, and the command that repeats it. */
export const command: Command = {
  summary: 'show everything known about a run, and the command that repeats it',
  operands: [
    {
      name: 'ID',
      hint: '`elysiactl runs list` lists them; the beginning of an id is enough, and `last` works too',
    },
  ],
  examples: [
    'elysiactl runs show 20261129T0300',
    'elysiactl runs show last',
    'elysiactl runs show last --json',
  ],
  schemas: [tableOptions],
  document: 'run',
  exits: ['notFound'],
  docs: 'docs/monitoring.md',
  tellsAlerts: true,
  run,
}

async function run(context: Context): Promise<void> {
  const { console, operands } = context
  const [id = ''] = operands
  const history = await openUserHistory(context)
  try {
    const [newest] = id === 'last' ? history.list({ limit: 1 }) : []
    const tries = history.find(newest?.id ?? id)
    const last = tries.at(-1)
    if (last === undefined) throw unknownRun(id)
    const repeat = last.command.length === 0 ? undefined : commandLine(last.command)
    const logs = history.logs(last.id)
    if (console.json) return await console.document({ tries, logs, ...(repeat !== undefined && { repeat }) })
    const tables = await tablesFor(context)
    const lines = tries.flatMap((one, index) => [...(index > 0 ? [''] : []), ...entryLines(one, tables)])
    await console.print([
      ...lines,
      ...logs.flatMap((log) => logText(log, tries.length > 1)),
      ...repeatLines(last, repeat),
    ])
  } finally {
    history.close()
  }
}

function unknownRun(id: string): ElysiaError {
  return new ElysiaError('ELYSIA_NOT_FOUND', `there is no run ${id} in the history`, {
    hint: '`elysiactl runs list` lists them; `elysiactl index status` those that the journal of a target knows',
  })
}

/** The last log lines of a try. */
function logText({ attempt, lines }: AttemptLog, isOneOfSeveral: boolean): string[] {
  if (lines.length === 0) return []
  const shown = lines.slice(-LOG_LINES)
  const more = lines.length - shown.length
  const tried = isOneOfSeveral ? `, try ${attempt}` : ''
  const earlier = more > 0 ? ` (${more} earlier lines: --json)` : ''
  return [
    '',
    `log${tried}${earlier}:`,
    ...shown.map(({ at, level, text, times, since }) => {
      const often = times === undefined ? '' : ` (${times} times since ${since?.slice(11, 19)})`
      return `  ${at.slice(11, 19)}  ${level === 'event' ? '·' : level}  ${text}${often}`
    }),
  ]
}

function repeatLines({ directory }: HistoryEntry, repeat: string | undefined): string[] {
  return repeat === undefined ? [] : ['', `to repeat it, in ${directory}:`, `  ${repeat}`]
}

type Fact = readonly [name: string, value: string | undefined]

function entryLines(entry: HistoryEntry, tables: Tables): string[] {
  const { id, attempt, kind, collection, status, exit_code: exit, error } = entry
  const tried = attempt > 1 ? `, try ${attempt}` : ''
  const by = entry.signal === undefined ? '' : ` by ${entry.signal}`
  const code = exit === undefined ? by : `${by}, exit ${exit}`
  const why = error === undefined ? [] : [`  ${error.code}: ${error.message}`]
  const hint = error?.hint === undefined ? [] : [`  ${error.hint}`]
  const facts = factsOf(entry, tables).filter((fact): fact is readonly [string, string] => Boolean(fact[1]))
  const width = Math.max(...facts.map(([name]) => name.length))
  return [
    `${kind}${collection === '' ? '' : ` of ${collection}`}, ${id}${tried}: ${status}${code}`,
    ...why,
    ...hint,
    ...facts.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
  ]
}

function factsOf(entry: HistoryEntry, { time }: Tables): Fact[] {
  const { started_at, ended_at, seconds, records, rejected, rate_per_second: rate, retries } = entry
  const { bytes_in, bytes_out, peak_rss_bytes, progress } = entry
  const figureText = (value: number | undefined, text: (value: number) => string) =>
    value === undefined ? unsaid(entry) : value === 0 ? undefined : `${least(entry)}${text(value)}`
  const size = (bytes: number | undefined) => (bytes ? roughSize(bytes) : undefined)
  return [
    ['target', entry.target],
    ['started', time(started_at)],
    ['ended', ended_at && time(ended_at)],
    ['took', seconds === undefined ? undefined : timeText(seconds)],
    ['so far', seconds === undefined ? progressText(entry) : undefined],
    ['waits for', progress?.waits_for],
    ['records', figureText(records, String)],
    ['rejected', figureText(rejected, String)],
    ['rejects file', entry.rejects_file],
    ['rate', rate === undefined ? undefined : `${Math.round(rate)}/s`],
    ['read', figureText(bytes_in, roughSize)],
    ['wrote', figureText(bytes_out, roughSize)],
    ['memory', size(peak_rss_bytes)],
    ['retries', figureText(retries, String)],
    ['archive', entry.archive],
    ['size', size(entry.archive_bytes)],
    ['held back by', entry.bottleneck],
    ['counts', countsText(entry.counts)],
    ['hosts', entry.hosts.join(', ')],
    ...trafficFacts(entry),
    ['trigger', entry.trigger],
    ['process', `${entry.pid} on ${entry.host}, elysiactl ${entry.version}`],
    ['continues', entry.continues],
  ]
}

/** What stands in place of a figure that the run did not report; a running one has not come to it yet. */
function unsaid({ status }: HistoryEntry): string | undefined {
  return status === 'running' ? undefined : 'unknown'
}

/** A killed run had reported this much, and may have done more. */
function least({ status }: HistoryEntry): string {
  return status === 'killed' ? 'at least ' : ''
}

/** The traffic with each place, and its average and highest speed. */
function trafficFacts({ traffic = [], seconds = 0 }: HistoryEntry): Fact[] {
  return traffic.map((one, at) => [at === 0 ? 'moved' : ' ', `${one.place}: ${trafficText(one, seconds)}`])
}

function countsText(counts: HistoryEntry['counts']): string {
  return Object.entries(counts)
    .filter(([, value]) => value !== 0 && JSON.stringify(value) !== '{}')
    .map(
      ([name, value]) =>
        `${name.replaceAll('_', ' ')} ${typeof value === 'number' ? value : JSON.stringify(value)}`,
    )
    .join(', ')
}
