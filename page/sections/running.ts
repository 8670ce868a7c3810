import type { HistoryEntry } from '../../lib/monitor/history/entry.ts'
import { Ago, Name, Nothing, RunLink, Section, Status } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { capital, countText, rateText, shareText, sizeText, spanText, subjectText } from '../words.ts'

/** What is running now, in any process. */
export function Running({ running, now }: { running: readonly HistoryEntry[]; now: string }): VNode {
  return html`
    <${Section} id="running" title="Running now">
      ${
        running.length === 0
          ? html`<${Nothing} text="Nothing runs." />`
          : html`<ul class="cards">${running.map((entry) => html`<${Item} key=${`${entry.id} ${entry.attempt}`} entry=${entry} now=${now} />`)}</ul>`
      }
    <//>` as VNode
}

function Item({ entry, now }: { entry: HistoryEntry; now: string }): VNode {
  const { id, target, started_at, progress } = entry
  return html`
    <li class="card" data-run=${id}>
      <p class="about">
        <strong><${RunLink} id=${id}>${capital(subjectText(entry))}<//></strong>
        <span class="muted">began <${Ago} time=${started_at} now=${now} /></span>
      </p>
      ${progress === undefined ? html`<p class="muted">It has not told of its progress yet.</p>` : html`<${Progress} progress=${progress} subject=${subjectText(entry)} />`}
      <p class="muted"><${Name} text=${target} /></p>
    </li>` as VNode
}

function Progress({
  progress,
  subject,
}: {
  progress: NonNullable<HistoryEntry['progress']>
  subject: string
}): VNode {
  const { done, total, unit, phase, waits_for: waits } = progress
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total)
  return html`
    ${share === undefined ? null : html`<progress aria-label=${`progress of ${subject}`} value=${share} max="1"></progress>`}
    <p class="figures">
      ${share === undefined ? null : html`<strong>${shareText(share)}</strong> `}
      <span>${total === undefined ? `${countText(done)} ${unit}` : `${countText(done)} of ${countText(total)} ${unit}`}</span>
      ${pace(progress).map((text) => html`<span>${text}</span>`)}
      ${phase === undefined ? null : html`<span>${phase}</span>`}
    </p>
    ${waits === undefined ? null : html`<p><${Status} is="warning" text="stalled" /> Nothing was acknowledged for a while: it waits for <strong><${Name} text=${waits} /></strong>.</p>`}
  ` as VNode
}

function pace(progress: NonNullable<HistoryEntry['progress']>): string[] {
  const {
    rate_per_second: rate,
    bytes_per_second: bytes,
    eta_seconds: eta,
    retries,
    rejected,
    rss_bytes,
  } = progress
  return [
    ...(rate === undefined ? [] : [rateText(rate)]),
    ...(bytes === undefined ? [] : [`${sizeText(bytes)}/s`]),
    ...(eta === undefined ? [] : [`${spanText(eta)} left`]),
    ...(rejected > 0 ? [`${countText(rejected)} rejected`] : []),
    ...(retries > 0 ? [`${countText(retries)} repeated calls`] : []),
    ...(rss_bytes > 0 ? [`${sizeText(rss_bytes)} memory`] : []),
  ]
}
