import Type from 'typebox'
import { HistoryEntrySchema } from '../../lib/monitor/history/entry.ts'
import { RunLogSchema } from '../../lib/monitor/history/log/line.ts'
import { MonitorReportSchema } from '../../lib/monitor/report/schema.ts'
import { count, document, list, optional, text } from './parts.ts'

/** Without a head, since it stands inside of others. */
const entry = Type.Unsafe({ ...HistoryEntrySchema, $id: undefined, $schema: undefined, title: undefined })

export const runsDocument = document('runs', '`runs list --json`.', {
  runs: list(entry, 'One entry for each try at a run, newest first.'),
})

export const runDocument = document('run', '`runs show --json`.', {
  tries: list(entry, 'What each process did in the run, oldest first.'),
  logs: list(
    RunLogSchema,
    'The logs of the tries; kept for the last 1000 runs that ended well, and as many that did not.',
  ),
  repeat: optional(
    text('The command line that repeats the run, quoted for a shell; absent if a program started the run.'),
  ),
})

export const runsTrimmedDocument = document('runs-trimmed', '`runs trim --json`.', {
  removed: count('Entries that were removed.'),
  freed_bytes: count('How much smaller the file of the history became, in bytes.'),
  free_bytes: count('Free bytes that the file keeps, and that later runs fill.'),
  not_freed: optional(text('Why the file keeps them, if another process was in the way.')),
})

/** A line of `runs tail --json`. */
export const historyEntryDocument = HistoryEntrySchema

/** `report --json`. */
export const monitorReportDocument = MonitorReportSchema
