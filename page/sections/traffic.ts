import type { HistoryEntry, PlaceTraffic } from '../../lib/monitor/history/entry.ts'
import { Name, Section, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { trafficSentence } from '../sentences.ts'
import { countText, sizeText, spanText } from '../words.ts'

const COLUMNS = [
  { name: 'Place' },
  { name: 'Direction' },
  { name: 'Bytes', isFigure: true },
  { name: 'A second', isFigure: true },
  { name: 'At most', isFigure: true },
  { name: 'Stalls', isFigure: true },
  { name: 'Stalled', isFigure: true },
]

/** What a run moved, by place and direction, and how long it waited for each; nothing if it was not measured. */
export function Traffic({ entry: { traffic = [], seconds = 0 } }: { entry: HistoryEntry }): VNode | null {
  const rows = traffic.flatMap((place) => [
    ...rowOf(place, 'received', seconds, {
      bytes: place.bytes_in,
      most: place.most_in_per_second,
      stalls: place.stalls_in,
      stalled: place.stalled_in_seconds,
    }),
    ...rowOf(place, 'sent', seconds, {
      bytes: place.bytes_out,
      most: place.most_out_per_second,
      stalls: place.stalls_out,
      stalled: place.stalled_out_seconds,
    }),
  ])
  if (rows.length === 0) return null
  return html`
    <${Section} id="traffic" title="Traffic">
      <p>${trafficSentence(traffic, seconds)}</p>
      <${Table} caption="Bytes and stalls by place and direction" columns=${COLUMNS} rows=${rows} />
    <//>` as VNode
}

interface TrafficLine {
  readonly bytes: number
  readonly most: number | undefined
  readonly stalls: number
  readonly stalled: number
}

/** No row for a direction in which nothing was moved and nothing waited for. */
function rowOf(
  { place }: PlaceTraffic,
  direction: 'received' | 'sent',
  seconds: number,
  { bytes, most = 0, stalls, stalled }: TrafficLine,
): unknown[][] {
  if (bytes === 0 && stalls === 0) return []
  return [
    [
      html`<${Name} text=${place} />`,
      direction,
      sizeText(bytes),
      seconds > 0 ? `${sizeText(bytes / seconds)}/s` : '–',
      most > 0 ? `${sizeText(most)}/s` : '–',
      countText(stalls),
      stalls > 0 ? spanText(stalled) : '–',
    ],
  ]
}
