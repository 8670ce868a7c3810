import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Moment, Name, Nothing, Section, Status, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { spanText } from '../words.ts'

const COLUMNS = [
  { name: 'Collection' },
  { name: 'Would be lost', isFigure: true },
  { name: 'Back within', isFigure: true },
  { name: 'How that is known' },
  { name: 'Archive' },
]

/** What would be lost today, and how long it would take to restore it. */
export function Recovery({ report: { recovery } }: { report: MonitorReport }): VNode {
  return html`
    <${Section} id="recovery" title="If it were lost now">
      ${
        recovery.length === 0
          ? html`<${Nothing} text="Nothing yet: there is no collection that could be brought back. To begin:" type="elysiactl col backup NAME" />`
          : html`<${Table} caption="What would be lost, and how soon it would be back" columns=${COLUMNS} rows=${recovery.map(row)} />`
      }
    <//>` as VNode
}

function row(one: MonitorReport['recovery'][number]) {
  const { collection, target, archive, point_age_seconds: age, seconds } = one
  return [
    html`<strong><${Name} text=${collection} /></strong><br /><span class="muted"><${Name} text=${target} /></span>`,
    age === undefined ? html`<${Status} is="fault" text="everything" />` : `the last ${spanText(age)}`,
    seconds === undefined ? '–' : spanText(seconds),
    how(one),
    archive === undefined ? 'none' : html`<code>${archive}</code>`,
  ]
}

function how({ measured_at: at, measured_by: by, proved, seconds }: MonitorReport['recovery'][number]) {
  if (seconds === undefined)
    return html`<span class="muted">not known: no restore and no rehearsal yet</span>`
  if (at === undefined) return html`<span class="muted">an estimate from similar runs</span>`
  const proof = proved === true ? ', every object compared' : ''
  return html`measured by ${by ?? 'a restore'}, <${Moment} time=${at} />${proof}`
}
