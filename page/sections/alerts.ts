import type { AlertView } from '../../lib/monitor/dashboard/facts.ts'
import { Ago, Name, Nothing, Section, Status, Table, Typed } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { counted } from '../words.ts'

const COLUMNS = [{ name: 'State' }, { name: 'Rule' }, { name: 'Of' }, { name: 'Since' }, { name: 'Message' }]

/** The alerts that fire, and whether anybody was told. */
export function Alerts({
  alerts,
  undelivered,
  now,
}: {
  alerts: readonly AlertView[]
  undelivered: number
  now: string
}): VNode {
  return html`
    <${Section} id="alerts" title="Alerts">
      ${undelivered === 0 ? null : html`<p><${Status} is="fault" text="undelivered" /> ${counted(undelivered, 'message')} reached nobody yet. Try the sinks: <${Typed} text="elysiactl alerts test" /></p>`}
      ${alerts.length === 0 ? html`<${Nothing} text="None fires." />` : html`<${Table} caption="Alerts" columns=${COLUMNS} rows=${alerts.map((one) => row(one, now))} />`}
    <//>` as VNode
}

function row({ rule, subject, state, since, message }: AlertView, now: string) {
  return [
    html`<${Status} is=${state} />`,
    html`<${Name} text=${rule} />`,
    html`<${Name} text=${subject} />`,
    since === undefined ? '–' : html`<${Ago} time=${since} now=${now} />`,
    message,
  ]
}
