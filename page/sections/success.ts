import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Name, Nothing, RunLink, Section, Status, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { agoText, capital, countText, shareText, timeText } from '../words.ts'

type Rate = MonitorReport['success'][number]

const FIGURE = { isFigure: true }
const COLUMNS = [
  { name: 'Job' },
  { name: 'Success', ...FIGURE },
  { name: 'Done', ...FIGURE },
  { name: 'Rejects', ...FIGURE },
  { name: 'Failed', ...FIGURE },
  { name: 'Killed', ...FIGURE },
  { name: 'Stopped', ...FIGURE },
  { name: 'Interrupted', ...FIGURE },
  { name: 'Last success' },
  { name: 'Last run' },
]

/** How often runs succeeded. */
export function Success({ report: { success, slo_percent: slo } }: { report: MonitorReport }): VNode {
  const objective = slo === undefined ? '' : ` The objective is ${slo} %.`
  const note = `Done, of all but what a user interrupted and what still runs; killed counts as failed.${objective}`
  return html`
    <${Section} id="success" title="Success" ...${success.length > 0 && { note }}>
      ${
        success.length === 0
          ? html`<${Nothing} text="Nothing yet. A first run:" type="elysiactl index process-jsonl changes.jsonl --collection NAME" />`
          : html`<${Table} caption="Success by job and collection" columns=${COLUMNS} rows=${success.map(row)} />`
      }
    <//>` as VNode
}

function row(one: Rate) {
  const { kind, collection, target } = one
  const counts = [one.done, one.with_rejects, one.failed, one.killed, one.stopped, one.interrupted]
  return [
    html`<strong>${capital(kind)} <${Name} text=${collection} /></strong><br /><span class="muted"><${Name} text=${target} /></span>`,
    rateOf(one),
    ...counts.map((count) => (count === 0 ? html`<span class="muted">0</span>` : countText(count))),
    lastSuccess(one),
    lastRun(one),
  ]
}

function rateOf({ rate, meets_slo: meets }: Rate) {
  if (rate === undefined) return '–'
  if (meets !== false) return shareText(rate)
  return html`<span class="bad">${shareText(rate)}</span><br /><span class="sub">below objective</span>`
}

function lastSuccess({ last_success_at: at, last_success_age_seconds: age }: Rate) {
  if (at === undefined || age === undefined) return html`<${Status} is="fault" text="never" />`
  return html`<time datetime=${at} title=${timeText(at)}>${agoText(age)}</time>`
}

function lastRun({ last_run: run, last_status: status, last_error: error }: Rate) {
  if (run === undefined || status === undefined) return '–'
  const why = error === undefined ? null : html`<br /><span class="error">${error}</span>`
  return html`<${RunLink} id=${run}><${Status} is=${status} /><//>${why}`
}
