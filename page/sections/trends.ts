import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Chart, type Line, TIME_STEPS } from '../chart.ts'
import { Fold, Moment, Name, Nothing, RunLink, Section, Status, Table } from '../parts.ts'
import { html, useState, type VNode } from '../preact.ts'
import { durationSentence, rateSentence } from '../sentences.ts'
import { capital, pluralize, rateText, sizeText, spanText, subjectText } from '../words.ts'

type Trend = MonitorReport['trends'][number]
type Point = Trend['points'][number]

const FIRST = 3
const COLUMNS = [
  { name: 'Began' },
  { name: 'Status' },
  { name: 'Took', isFigure: true },
  { name: 'Throughput', isFigure: true },
  { name: 'Bytes', isFigure: true },
]

/** How long jobs took and how fast they were; those that became slower come first. */
export function Trends({ report: { trends } }: { report: MonitorReport }): VNode {
  const [shown, setShown] = useState(FIRST)
  // A single point is no trend.
  const sorted = trends
    .filter(({ points }) => points.length > 1)
    .toSorted((a, b) => Number(b.regression !== undefined) - Number(a.regression !== undefined))
  const left = sorted.length - shown
  return html`
    <${Section} id="trends" title="Duration and throughput">
      ${sorted.length === 0 ? html`<${Nothing} text="Nothing to compare yet: a trend begins with the second run of a kind." />` : null}
      ${sorted.slice(0, shown).map((trend) => html`<${One} key=${`${trend.kind} ${trend.collection} ${trend.target}`} trend=${trend} />`)}
      ${left > 0 ? html`<p><button type="button" onClick=${() => setShown(shown + 10)}>Show ${Math.min(left, 10)} more of ${left}</button></p>` : null}
    <//>` as VNode
}

function One({ trend }: { trend: Trend }): VNode {
  const { points, target, regression } = trend
  const times = points.map(({ at }) => Date.parse(at) / 1000)
  return html`
    <div class="trend">
      <h3>${capital(subjectText(trend))} ${regression === undefined ? null : html`<${Status} is="warning" text="slower" />`} <span class="muted"><${Name} text=${target} /></span></h3>
      <div class="pair">
        <figure>
          <${Chart} label=${durationSentence(trend)} times=${times} say=${spanText} steps=${TIME_STEPS} lines=${linesOf(points, 'how long it took', ({ seconds }) => seconds)} />
          <figcaption>${durationSentence(trend)}</figcaption>
        </figure>
        <figure>
          <${Chart} label=${rateSentence(trend)} times=${times} say=${rateText} lines=${linesOf(points, 'how fast it was', ({ rate_per_second }) => rate_per_second ?? null)} />
          <figcaption>${rateSentence(trend)}</figcaption>
        </figure>
      </div>
      <${Fold} summary=${`The same as a table, ${pluralize(points.length, 'row')}`}>${() => html`<${Table} caption=${`Runs: ${subjectText(trend)}`} columns=${COLUMNS} rows=${points.toReversed().map(row)} />`}<//>
    </div>` as VNode
}

/** Successful runs as a line, others as points. */
function linesOf(points: readonly Point[], name: string, value: (point: Point) => number | null): Line[] {
  const isWell = ({ status }: Point) => status === 'done' || status === 'rejects'
  return [
    { name, look: 'main', values: points.map((point) => (isWell(point) ? value(point) : null)) },
    {
      name: 'did not end well',
      look: 'bad',
      values: points.map((point) => (isWell(point) ? null : (value(point) ?? 0))),
    },
  ]
}

function row({ at, run, status, seconds, rate_per_second: rate, bytes }: Point) {
  return [
    html`<${RunLink} id=${run}><${Moment} time=${at} /><//>`,
    html`<${Status} is=${status} />`,
    spanText(seconds),
    rate === undefined ? '–' : rateText(rate),
    bytes === undefined ? '–' : sizeText(bytes),
  ]
}
