import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Name, Nothing, Section, Table, Typed } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { pluralize, sizeText, spanText } from '../words.ts'

type ArchiveLine = MonitorReport['cleanup'][number]

const COLUMNS = [
  { name: 'Archive' },
  { name: 'Collection' },
  { name: 'Why' },
  { name: 'On disk', isFigure: true },
  { name: 'Age', isFigure: true },
]

/** What could be improved, and what could not be checked. */
export function Advice({ report }: { report: MonitorReport }): VNode {
  const { cleanup, unverified, never_backed_up: never, uncovered, notes } = report
  const isEmpty = cleanup.length + unverified.length + never.length + uncovered.length + notes.length === 0
  const bytes = cleanup.reduce((sum, one) => sum + (one.bytes ?? 0), 0)
  return html`
    <${Section} id="advice" title="Recommendations">
      ${isEmpty ? html`<${Nothing} text="None." />` : null}
      ${never.length === 0 ? null : html`<h3>Never backed up</h3><ul class="bare">${never.map(({ collection, target }) => html`<li><strong><${Name} text=${collection} /></strong> <span class="muted"><${Name} text=${target} /></span></li>`)}</ul>`}
      ${uncovered.length === 0 ? null : html`<h3>No expectation covers</h3><p>${uncovered.map((name, index) => html`${index > 0 ? ', ' : ''}<${Name} text=${name} />`)}: what never runs is then never missed. Give each an <code>expect</code> in the configuration.</p>`}
      ${cleanup.length === 0 ? null : html`<h3>No rule keeps</h3><p>${pluralize(cleanup.length, 'archive')}, ${sizeText(bytes)}. The plan: <${Typed} text="elysiactl col catalog cleanup" /></p><${Archives} caption="Archives that no rule keeps" all=${cleanup} />`}
      ${unverified.length === 0 ? null : html`<h3>Not verified for long</h3><p>All of them: <${Typed} text="elysiactl col catalog verify --all" /></p><${Archives} caption="Archives not verified for long" all=${unverified} />`}
      ${notes.length === 0 ? null : html`<h3>Could not be checked</h3><ul class="bare">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
    <//>` as VNode
}

function Archives({ caption, all }: { caption: string; all: readonly ArchiveLine[] }): VNode {
  return html`<${Table} caption=${caption} columns=${COLUMNS} rows=${all.map(row)} />` as VNode
}

function row({ id, collection, reason, bytes, age_seconds: age }: ArchiveLine) {
  return [
    html`<code>${id}</code>`,
    html`<${Name} text=${collection} />`,
    reason,
    bytes === undefined ? '–' : sizeText(bytes),
    age === undefined ? '–' : spanText(age),
  ]
}
