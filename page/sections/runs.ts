import type { RunLine, RunPage } from '../../lib/monitor/dashboard/facts.ts'
import { Ago, Name, Nothing, RunLink, Section, Status, Table } from '../parts.ts'
import { html, useEffect, useState, type VNode } from '../preact.ts'
import type { RunChoice, Source } from '../source.ts'
import { capital, countText, rateText, spanText } from '../words.ts'

const FIGURE = { isFigure: true }
const COLUMNS = [
  { name: 'Run' },
  { name: 'Status' },
  { name: 'Began' },
  { name: 'Took', ...FIGURE },
  { name: 'Records', ...FIGURE },
  { name: 'Rejected', ...FIGURE },
  { name: 'Throughput', ...FIGURE },
  { name: 'Reason' },
]
const STATUSES = ['', 'failed', 'killed', 'rejects', 'interrupted', 'stopped', 'done', 'running']
const ALL: RunChoice = { kind: '', status: '', collection: '' }

/** All runs, newest first, page by page. */
export function Runs({ source, first, now }: { source: Source; first: RunPage; now: string }): VNode {
  const [choice, setChoice] = useState(ALL)
  const [pages, setPages] = useState<Pages>({ runs: [], next: undefined, count: 0 })
  const isAll = choice === ALL
  const choose = (change: Partial<RunChoice>) => {
    setPages({ runs: [], next: undefined, count: 0 })
    setChoice({ ...choice, ...change })
  }
  useEffect(() => {
    // A user who has paged back stays there.
    if (isAll || pages.count > 1) return
    let isCurrent = true
    const show = ({ runs, next }: RunPage) => isCurrent && setPages({ runs, next, count: 1 })
    source.runs(choice, undefined).then(show, () => {})
    return () => {
      isCurrent = false
    }
  }, [choice, first])
  const firstIds = new Set(first.runs.map(({ id }) => id))
  const runs = isAll ? [...first.runs, ...pages.runs.filter(({ id }) => !firstIds.has(id))] : pages.runs
  const next = isAll && pages.count === 0 ? first.next : pages.next
  const older = async () => {
    const page = await source.runs(choice, next)
    setPages({ runs: [...pages.runs, ...page.runs], next: page.next, count: pages.count + 1 })
  }
  return html`
    <${Section} id="runs" title="Runs">
      ${
        first.runs.length === 0
          ? html`<${Nothing} text="Nothing yet. A first run:" type="elysiactl index process-jsonl changes.jsonl --collection NAME" />`
          : html`
        <${Choices} choice=${choice} choose=${choose} runs=${first.runs} />
        ${runs.length === 0 ? html`<${Nothing} text="None of these." />` : html`<${Table} first=${Number.POSITIVE_INFINITY} caption="Runs, the newest first" columns=${COLUMNS} rows=${runs.map((run) => row(run, now))} />`}
        ${next === undefined ? null : html`<p><button type="button" onClick=${older}>Older runs</button></p>`}`
      }
    <//>` as VNode
}

interface Pages {
  readonly runs: readonly RunLine[]
  readonly next: string | undefined
  readonly count: number
}

function Choices({
  choice,
  choose,
  runs,
}: {
  choice: RunChoice
  choose: (change: Partial<RunChoice>) => void
  runs: readonly RunLine[]
}): VNode {
  const kinds = [...new Set(runs.map(({ kind }) => kind))].sort()
  const collections = [...new Set(runs.map(({ collection }) => collection))]
    .filter((name) => name !== '')
    .sort()
  const value = (event: Event) => (event.currentTarget as HTMLSelectElement).value
  return html`
    <form class="choices" onSubmit=${(event: Event) => event.preventDefault()}>
      <label>Status <select value=${choice.status} onChange=${(event: Event) => choose({ status: value(event) })}>${STATUSES.map((one) => html`<option value=${one}>${one === '' ? 'all' : one}</option>`)}</select></label>
      <label>Job <select value=${choice.kind} onChange=${(event: Event) => choose({ kind: value(event) })}>${['', ...kinds].map((one) => html`<option value=${one}>${one === '' ? 'all' : one}</option>`)}</select></label>
      <label>Collection <select value=${choice.collection} onChange=${(event: Event) => choose({ collection: value(event) })}>${['', ...collections].map((one) => html`<option value=${one}>${one === '' ? 'all' : one}</option>`)}</select></label>
    </form>` as VNode
}

function row(run: RunLine, now: string) {
  const {
    id,
    kind,
    collection,
    status,
    started_at,
    seconds,
    records,
    rejected,
    rate_per_second: rate,
    error,
  } = run
  return [
    html`<${RunLink} id=${id}>${capital(kind)}${collection === '' ? null : html` <${Name} text=${collection} />`}<//>`,
    html`<${Status} is=${status} />`,
    html`<${Ago} time=${started_at} now=${now} />`,
    seconds === undefined ? '–' : spanText(seconds),
    records === undefined ? '–' : countText(records),
    rejected === undefined ? '–' : rejected === 0 ? html`<span class="muted">0</span>` : countText(rejected),
    rate === undefined ? '–' : rateText(rate),
    error === undefined ? '' : html`<span class="error">${error.message}</span>`,
  ]
}
