import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Ago, Name, Nothing, RunLink, Section, Status, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { agoText, capital, countText, shareText, timeText } from '../words.ts'

const FIGURE = { isFigure: true }
const COLUMNS = [
  { name: 'Job' },
  { name: 'Collection' },
  { name: 'Success', ...FIGURE },
  { name: 'Done', ...FIGURE },
  { name: 'With rejects', ...FIGURE },
  { name: 'Failed', ...FIGURE },
  { name: 'Killed', ...FIGURE },
  { name: 'Interrupted', ...FIGURE },
  { name: 'Last success' },
  { name: 'Last run' },
]

/** How often what was begun was done. */
export function Success({ report }: { report: MonitorReport }): VNode {
  const { success, slo_percent: slo, generated_at: now } = report
  const objective = slo === undefined ? '' : ` The objective is ${slo} %.`
  const note = `Done, of all but what a user interrupted and what still runs; killed counts as failed.${objective}`
  return html`
    <${Section} id="success" title="Success" ...${success.length > 0 && { note }}>
      ${
        success.length === 0
          ? html`<${Nothing} text="Nothing yet. A first run:" type="elysiactl index process-jsonl changes.jsonl --collection NAME" />`
          : html`<${Table} caption="Success by job and collection" columns=${COLUMNS} rows=${success.map((one) => row(one, now))} />`
      }
    <//>` as VNode
}

function row(one: MonitorReport['success'][number], now: string) {
  const { kind, collection, target, rate, meets_slo: meets } = one
  return [
    capital(kind),
    html`<strong><${Name} text=${collection === '' ? '–' : collection} /></strong><br /><span class="muted"><${Name} text=${target} /></span>`,
    rate === undefined
      ? '–'
      : html`<span class=${`rate ${meets === false ? 'bad' : ''}`}>${shareText(rate)}</span>${meets === false ? html` <span class="sub">below objective</span>` : null}`,
    ...[one.done, one.with_rejects, one.failed, one.killed, one.interrupted].map((count) =>
      count === 0 ? html`<span class="muted">0</span>` : countText(count),
    ),
    lastSuccess(one),
    lastRun(one, now),
  ]
}

function lastSuccess({
  last_success_at: at,
  last_success_age_seconds: age,
}: MonitorReport['success'][number]) {
  if (at === undefined || age === undefined) return html`<${Status} is="fault" text="never" />`
  return html`<time datetime=${at} title=${timeText(at)}>${agoText(age)}</time>`
}

function lastRun(
  { last_run: run, last_status: status, last_error: error }: MonitorReport['success'][number],
  _now: string,
) {
  if (run === undefined || status === undefined) return '–'
  return html`<${RunLink} id=${run}><${Status} is=${status} /><//>${error === undefined ? null : html`<br /><span class="error">${error}</span>`}`
}

export { Ago }
