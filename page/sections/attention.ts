import type { AttentionItem, MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Fold, Name, Nothing, RunLink, Section, Status, Step } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { counted, secondsSince, spanText, timeText } from '../words.ts'

/** How many warnings are visible at first; faults always are. */
const WARNINGS = 5

/** The first section: what needs attention, and what to do. */
export function Attention({ report }: { report: MonitorReport }): VNode {
  const { needs_attention: all, generated_at: now } = report
  const faults = all.filter(({ severity }) => severity === 'fault').length
  // A single hidden warning takes no more space than its fold.
  const shown = all.length - faults <= WARNINGS + 1 ? all.length : faults + WARNINGS
  const more = all.slice(shown)
  return html`
    <${Section} id="attention" title="Needs attention">
      ${
        all.length === 0
          ? html`<${Nothing} text="Nothing. Nothing failed that was not made good, nothing is overdue, nothing is damaged." />`
          : html`<${List} all=${all.slice(0, shown)} now=${now} />${more.length === 0 ? null : html`<${Fold} summary=${`${counted(more.length, 'more warning')}`}>${() => html`<${List} all=${more} now=${now} />`}<//>`}`
      }
    <//>` as VNode
}

function List({ all, now }: { all: readonly AttentionItem[]; now: string }): VNode {
  return html`<ul class="items">${all.map((one) => html`<${Item} one=${one} now=${now} />`)}</ul>` as VNode
}

function Item({ one, now }: { one: AttentionItem; now: string }): VNode {
  const { severity, what, collection, target, message, next, run, since } = one
  return html`
    <li class=${`item ${severity}`}>
      <p class="about">
        <${Status} is=${severity} text=${what.replaceAll('_', ' ')} />
        ${collection === '' ? null : html`<strong><${Name} text=${collection} /></strong>`}
        ${target === '' ? null : html`<span class="muted"><${Name} text=${target} /></span>`}
        ${since === undefined || secondsSince(since, now) < 1 ? null : html`<span class="muted">for <time datetime=${since} title=${timeText(since)}>${spanText(secondsSince(since, now))}</time></span>`}
      </p>
      <p class="message">${message}</p>
      ${next === undefined ? null : html`<p class="next"><span class="label">Next</span> <${Step} text=${next} /></p>`}
      ${run === undefined ? null : html`<p><${RunLink} id=${run}>Look at the run<//></p>`}
    </li>` as VNode
}
