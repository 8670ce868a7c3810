import type { AttentionItem, MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Fold, Name, Nothing, RunLink, Section, Status, Step } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import {
  agoText,
  capital,
  pluralize,
  secondsSince,
  shareText,
  spanText,
  timeText,
  withoutCode,
} from '../words.ts'

/** How many warnings are visible at first; faults always are. */
const WARNINGS = 5

/** The first section: what needs attention, and what to do. */
export function Attention({ report }: { report: MonitorReport }): VNode {
  const { needs_attention: all } = report
  const faults = all.filter(({ severity }) => severity === 'fault').length
  // A single hidden warning takes no more space than its fold.
  const shown = all.length - faults <= WARNINGS + 1 ? all.length : faults + WARNINGS
  const more = all.slice(shown)
  return html`
    <${Section} id="attention" title="Needs attention">
      ${
        all.length === 0
          ? html`<${Nothing} text="Nothing: no open failure, nothing overdue, nothing damaged." />`
          : html`<${List} all=${all.slice(0, shown)} report=${report} />${more.length === 0 ? null : html`<${Fold} summary=${pluralize(more.length, 'more warning')}>${() => html`<${List} all=${more} report=${report} />`}<//>`}`
      }
    <//>` as VNode
}

function List({ all, report }: { all: readonly AttentionItem[]; report: MonitorReport }): VNode {
  return html`<ul class="items">${all.map((one) => html`<${Item} one=${one} report=${report} />`)}</ul>` as VNode
}

function Item({ one, report }: { one: AttentionItem; report: MonitorReport }): VNode {
  const { severity, what, collection, target, message, next, run, since } = one
  const { text, code } = withoutCode(message)
  const others = othersText(one, report)
  return html`
    <li class=${`item ${severity}`}>
      <p class="about">
        <${Status} is=${severity} text=${what.replaceAll('_', ' ')} />
        ${collection === '' ? null : html`<strong><${Name} text=${collection} /></strong>`}
        ${target === '' ? null : html`<span class="muted"><${Name} text=${target} /></span>`}
        ${since === undefined ? null : html`<${Since} time=${since} now=${report.generated_at} />`}
        ${code === undefined ? null : html`<code class="muted">${code}</code>`}
      </p>
      <p class="message">${capital(text)}</p>
      ${others === undefined ? null : html`<p class="muted">${others}</p>`}
      ${next === undefined ? null : html`<p class="next"><span class="label">Next</span> <${Step} text=${next} /></p>`}
      ${run === undefined ? null : html`<p><${RunLink} id=${run}>Look at the run<//></p>`}
    </li>` as VNode
}

function Since({ time, now }: { time: string; now: string }): VNode | null {
  const seconds = secondsSince(time, now)
  if (seconds < 1) return null
  return html`<span class="muted">since <time datetime=${time}>${timeText(time)}</time> (${spanText(seconds)})</span>` as VNode
}

/** Whether a failure of the last run of a job is an exception. */
function othersText({ run }: AttentionItem, { success }: MonitorReport): string | undefined {
  const job = success.find(({ last_run: last }) => last === run)
  if (job?.rate === undefined) return undefined
  const { rate, last_success_age_seconds: age } = job
  return age === undefined
    ? 'It was never done.'
    : `${shareText(rate)} of its runs were done, the last ${agoText(age)}.`
}
