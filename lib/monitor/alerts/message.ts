import { hostname } from 'node:os'
import { pluralize } from '../../core/units.ts'
import { TOOL } from '../../run/tool.ts'
import type { MonitorReport } from '../report/schema.ts'
import type { Rule } from './config/settings.ts'
import type { AlertMessage } from './messageSchema.ts'
import type { AlertNotice, AlertState } from './state/machine.ts'

/** Longer error texts are cut: a message is read on a phone. */
const MOST_CHARACTERS = 2000
/** How long to believe a message that is never repeated. */
const UNREPEATED_MS = 30 * 86_400_000

const ENDS: Readonly<Partial<Record<AlertNotice, string>>> = {
  resolved: 'well again. Before: ',
  lapsed:
    'no longer reported, because it is long ago or nobody expects it any more; it is not known to be over. Before: ',
}

/** The message for one step of an alert. */
export function messageOf(
  notice: AlertNotice,
  state: AlertState,
  rule: Rule,
  { id, now, flapping }: { readonly id: string; readonly now: number; readonly flapping: boolean },
): AlertMessage {
  const { finding, episode } = state
  const { subject, run, error, next } = finding
  const isOver = notice === 'resolved' || notice === 'lapsed'
  const endsAt = isOver ? now : now + (rule.repeatMs === 0 ? UNREPEATED_MS : 2 * rule.repeatMs)
  return {
    message_type: 'alert',
    id,
    status: notice,
    alert: rule.name,
    severity: rule.severity,
    summary: cut(`${ENDS[notice] ?? ''}${finding.summary}`),
    ...subject,
    detail: finding.detail,
    episode,
    since: finding.since ?? new Date(state.since).toISOString(),
    at: new Date(now).toISOString(),
    ends_at: new Date(endsAt).toISOString(),
    ...(run !== undefined && { run }),
    ...(error !== undefined && !isOver && { error: { ...error, message: cut(error.message) } }),
    ...(next !== undefined && { next }),
    ...(flapping && { note: 'it began often recently: it is reported as over only once it stays well' }),
    ...origin(),
  }
}

/** Readers find the remaining lines with the command that prints the report. */
const MOST_LINES = 20

/** The message for a report: what was done in its period, and what needs attention. */
export function reportMessage(report: MonitorReport, id: string, now: number): AlertMessage {
  const { success, needs_attention: items } = report
  const sumOf = (name: 'done' | 'failed' | 'killed' | 'with_rejects') =>
    success.reduce((sum, one) => sum + one[name], 0)
  const days = Math.max(1, Math.round((now - Date.parse(report.since)) / 86_400_000))
  const need =
    items.length === 0
      ? 'nothing needs attention'
      : `${pluralize(items.length, 'thing needs', 'things need')} attention`
  const failed = sumOf('failed') + sumOf('killed')
  const runs = `${pluralize(sumOf('done'), 'run was', 'runs were')} done, ${failed} failed, ${sumOf('with_rejects')} had rejects`
  const lines = items.map(({ severity, message }) => `${severity}: ${cut(message)}`)
  const more = lines.length - MOST_LINES
  const at = new Date(now).toISOString()
  return {
    message_type: 'alert',
    id,
    status: 'report',
    alert: 'report',
    severity: items.some(({ severity }) => severity === 'fault') ? 'fault' : 'warning',
    summary: `in ${pluralize(days, 'day')} ${runs}; ${need}`,
    ...{ kind: '', collection: '', target: '', detail: '' },
    episode: 0,
    ...{ since: report.since, at, ends_at: at },
    lines: more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more: elysiactl report`] : lines,
    ...origin(),
  }
}

/** A message that only tests whether a sink can be reached. */
export function testMessage(id: string, now: number): AlertMessage {
  const at = new Date(now).toISOString()
  return {
    message_type: 'alert',
    id,
    status: 'test',
    alert: 'test',
    severity: 'warning',
    summary: 'a test of elysiactl alerts: nothing is wrong',
    ...{ kind: '', collection: '', target: '', detail: '' },
    episode: 0,
    ...{ since: at, at, ends_at: new Date(now + 300_000).toISOString() },
    ...origin(),
  }
}

/** The message as one line, for a chat. */
export function headline({ status, severity, summary }: AlertMessage): string {
  const heads = {
    firing: severity === 'fault' ? 'FAULT' : 'WARNING',
    repeated: severity === 'fault' ? 'STILL A FAULT' : 'STILL A WARNING',
    resolved: 'RESOLVED',
    lapsed: 'NO LONGER REPORTED',
    report: 'REPORT',
    test: 'TEST',
  }
  return `${heads[status]}: ${summary}`
}

function origin(): Pick<AlertMessage, 'host' | 'version'> {
  return { host: hostname(), version: TOOL.version }
}

function cut(text: string): string {
  const characters = [...text]
  return characters.length > MOST_CHARACTERS ? `${characters.slice(0, MOST_CHARACTERS).join('')} …` : text
}
