import type { MonitorReport } from '../../lib/monitor/report/schema.ts'
import { Chart, type Line, SIZE_STEPS } from '../chart.ts'
import { Fold, Name, Nothing, Section, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { type StorageFigures, storageFigures, storageSentence } from '../sentences.ts'
import { countText, dayText, sizeText } from '../words.ts'

const DAY = 86_400
const AHEAD_DAYS = 30
const COLUMNS = [
  { name: 'Collection' },
  { name: 'Archives', isFigure: true },
  { name: 'On disk', isFigure: true },
  { name: 'Before compression', isFigure: true },
  { name: 'Compression', isFigure: true },
  { name: 'Growth a day', isFigure: true },
  { name: 'In 30 days', isFigure: true },
]

/** The size of archives, and their size in future if growth continues. */
export function Storage({ report }: { report: MonitorReport }): VNode {
  const figures = storageFigures(report)
  const sentence = storageSentence(figures)
  return html`
    <${Section} id="storage" title="Storage">
      ${
        report.storage.length === 0
          ? html`<${Nothing} text="Nothing yet. A first archive:" type="elysiactl col backup NAME" />`
          : html`
            ${figures.days.length < 2 ? html`<p>${sentence}</p>` : html`<${Growth} figures=${figures} sentence=${sentence} />`}
            <${Table} caption="Storage by collection" columns=${COLUMNS} rows=${report.storage.map(row)} />`
      }
      ${report.disk.length === 0 ? null : html`<p class="note">Free: ${report.disk.map(({ directory, free_bytes: free, total_bytes: total }) => html`<span class="pairing"><code>${directory}</code> ${sizeText(free)} of ${sizeText(total)}</span> `)}</p>`}
    <//>` as VNode
}

function Growth({ figures, sentence }: { figures: StorageFigures; sentence: string }): VNode {
  const { times, lines } = growthLines(figures)
  const rows = figures.days.toReversed().map(({ at, bytes }) => [dayText(at), sizeText(bytes)])
  return html`
    <figure>
      <${Chart} label=${sentence} times=${times} lines=${lines} say=${sizeText} steps=${SIZE_STEPS} />
      <figcaption>${sentence}</figcaption>
    </figure>
    <${Fold} summary=${`The same as a table, ${rows.length} days`}>${() => html`<${Table} caption="On disk, day by day" columns=${[{ name: 'Day' }, { name: 'On disk', isFigure: true }]} rows=${rows} />`}<//>` as VNode
}

/** The past days, and the coming ones if growth is known. */
function growthLines({ days, growthPerDay }: StorageFigures): { times: number[]; lines: Line[] } {
  const times = days.map(({ at }) => Date.parse(at) / 1000)
  const values = days.map(({ bytes }) => bytes)
  const main = { name: 'on disk', look: 'main' as const }
  if (growthPerDay === undefined) return { times, lines: [{ ...main, values }] }
  const [last, from] = [values.at(-1)!, times.at(-1)!]
  const ahead = Array.from({ length: AHEAD_DAYS }, (_, index) => index + 1)
  return {
    times: [...times, ...ahead.map((day) => from + day * DAY)],
    lines: [
      { ...main, values: [...values, ...ahead.map(() => null)] },
      {
        name: 'if it goes on so',
        look: 'expected',
        values: [
          ...values.slice(0, -1).map(() => null),
          last,
          ...ahead.map((day) => Math.max(0, last + day * growthPerDay)),
        ],
      },
    ],
  }
}

function row(one: MonitorReport['storage'][number]) {
  const {
    collection,
    archives,
    bytes,
    raw_bytes: raw,
    compression,
    growth_bytes_per_day: growth,
    forecast_bytes: inMonth,
  } = one
  return [
    html`<strong><${Name} text=${collection} /></strong>`,
    countText(archives),
    sizeText(bytes),
    sizeText(raw),
    compression === undefined ? '–' : `${compression.toLocaleString('en', { maximumFractionDigits: 1 })} ×`,
    growth === undefined ? '–' : sizeText(growth),
    inMonth === undefined ? '–' : sizeText(inMonth),
  ]
}
