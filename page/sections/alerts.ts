import type { AlertFacts, AlertView } from '../../lib/monitor/dashboard/facts.ts'
import { Ago, Name, Nothing, RunLink, Section, Status, Step, Table, Typed } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { pluralize } from '../words.ts'

const COLUMNS = [
  { name: 'Rule' },
  { name: 'State' },
  { name: 'Of' },
  { name: 'Since' },
  { name: 'What is wrong' },
]

/** The alerts that hold, and whether their messages were delivered. */
export function Alerts({
  facts: { alerts, undelivered },
  count,
  now,
}: {
  facts: AlertFacts
  count: number
  now: string
}): VNode {
  return html`
    <${Section} id="alerts" title="Alerts">
      ${count === 0 ? null : html`<p><${Status} is="fault" text="undelivered" /> ${pluralize(count, 'message')} reached nobody yet. Try the sinks: <${Typed} text="elysiactl alerts test" /></p>`}
      ${undelivered.length === 0 ? null : html`<ul class="bare">${undelivered.map(undeliveredItem)}</ul>`}
      ${alerts.length === 0 ? html`<${Nothing} text="None fires." />` : html`<${Table} caption="Alerts" columns=${COLUMNS} rows=${alerts.map((one) => row(one, now))} />`}
    <//>` as VNode
}

function undeliveredItem({ sink, messages, error }: AlertFacts['undelivered'][number]) {
  return html`<li><strong><${Name} text=${sink} /></strong>: ${pluralize(messages, 'message')}${error === undefined ? null : html`, <span class="error">${error}</span>`}</li>`
}

function row(
  { alert, status, summary, kind, collection, target, detail, since, run, next }: AlertView,
  now: string,
) {
  return [
    html`<${Name} text=${alert} />`,
    html`<${Status} is=${status} />`,
    html`<strong><${Name} text=${collection === '' ? kind : collection} /></strong> <${Name} text=${detail} /><br /><span class="muted"><${Name} text=${target} /></span>`,
    html`<${Ago} time=${since} now=${now} />`,
    html`${summary}${next === undefined ? null : html`<br /><${Step} text=${next} />`}${run === undefined ? null : html`<br /><${RunLink} id=${run}>Look at the run<//>`}`,
  ]
}
