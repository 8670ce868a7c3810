// The complete page: an overview, and a page for each run.
import type { LiveFacts, PageFacts } from '../lib/monitor/dashboard/facts.ts'
import { Moment } from './parts.ts'
import { html, useEffect, useMemo, useRef, useState, type VNode } from './preact.ts'
import { RunView } from './run.ts'
import { Advice } from './sections/advice.ts'
import { Alerts } from './sections/alerts.ts'
import { Attention } from './sections/attention.ts'
import { Catalog } from './sections/catalog.ts'
import { Recovery } from './sections/recovery.ts'
import { Running } from './sections/running.ts'
import { Runs } from './sections/runs.ts'
import { Storage } from './sections/storage.ts'
import { Success } from './sections/success.ts'
import { Trends } from './sections/trends.ts'
import { headline } from './sentences.ts'
import type { Connection, Source } from './source.ts'

/** How soon everything is requested again after a run has begun or ended, and how often at least. */
const SOON_MS = 600
const REFRESH_MS = 30_000
const SLOW_MS = 10_000

/** The page, which shows what its address names: the overview, or one run. Refreshes itself from its source. */
export function App({ source }: { source: Source }): VNode {
  const [facts, setFacts] = useState(source.first)
  const [live, setLive] = useState<LiveFacts | undefined>(undefined)
  const [connection, setConnection] = useState<Connection | undefined>(undefined)
  const route = useRoute()
  useRefresh(source, live, setFacts)
  useEffect(() => source.watch(setLive, setConnection), [])
  const running = live?.running ?? facts.running
  const now = latest(facts.report.generated_at, live?.at)
  useEffect(() => {
    document.title =
      route === undefined ? `${headline(facts.report)} · elysiactl` : `Run ${route} · elysiactl`
  }, [route, facts])
  return html`
    <a class="skip" href="#main" onClick=${skip}>To the content</a>
    <${Head} facts=${facts} connection=${connection} />
    <main id="main" tabindex="-1">
      ${route === undefined ? html`<${Overview} facts=${facts} running=${running} now=${now} source=${source} />` : html`<${RunView} key=${route} id=${route} source=${source} now=${now} running=${running} />`}
    </main>
    <footer><p>elysiactl ${facts.version}. Nothing here changes anything: every figure is that of <code>elysiactl report --json</code>.</p></footer>` as VNode
}

function Overview({
  facts,
  running,
  now,
  source,
}: {
  facts: PageFacts
  running: PageFacts['running']
  now: string
  source: Source
}): VNode {
  const { report, archives, alerts, left_out: leftOut } = facts
  // Running jobs change four times a second, everything else rarely: unchanged parts are not drawn again.
  const slow = useSlow(now, facts)
  const isPainted = usePainted()
  const [above, success, middle, below] = useMemo(
    () => [
      html`<${Attention} report=${report} /><${Recovery} report=${report} />`,
      html`<${Success} report=${report} />`,
      html`<${Trends} report=${report} /><${Storage} report=${report} />`,
      html`<${Advice} report=${report} />`,
    ],
    [report],
  )
  const runs = useMemo(() => html`<${Runs} source=${source} first=${facts} now=${slow} />`, [facts, slow])
  const others = useMemo(
    () =>
      html`<${Catalog} archives=${archives} now=${slow} /><${Alerts} facts=${alerts} count=${report.undelivered} now=${slow} />`,
    [facts, slow],
  )
  return html`
    <h1 id="overview">${headline(report)}</h1>
    ${leftOut === undefined ? null : html`<p class="note">This file would be too large with all of it. It is without ${leftOut.join('; ')}.</p>`}
    ${above}
    <${Running} running=${running} now=${now} />
    ${isPainted ? [success, runs, middle, others, below] : null}` as VNode
}

/** False until the first parts are on the screen: everything else is drawn after that. */
function usePainted(): boolean {
  const [isPainted, setPainted] = useState(wasPainted)
  useEffect(() => {
    if (isPainted && !wasPainted) document.getElementById(location.hash.slice(1))?.scrollIntoView()
    wasPainted = isPainted
    setPainted(true)
  }, [isPainted])
  return isPainted
}

/** Only the first view of the page comes in two steps. */
let wasPainted = false

/** The time for ages that need not be exact: at most ten seconds old, or that of newer facts. */
function useSlow(now: string, facts: PageFacts): string {
  const kept = useRef({ now, facts })
  const { current } = kept
  if (current.facts !== facts || Date.parse(now) - Date.parse(current.now) >= SLOW_MS)
    kept.current = { now, facts }
  return kept.current.now
}

const PLACES = [
  ['attention', 'Needs attention'],
  ['recovery', 'Recovery'],
  ['running', 'Running'],
  ['success', 'Success'],
  ['runs', 'Runs'],
  ['trends', 'Trends'],
  ['storage', 'Storage'],
  ['catalog', 'Archives'],
  ['alerts', 'Alerts'],
  ['advice', 'Recommendations'],
]

function Head({ facts, connection }: { facts: PageFacts; connection: Connection | undefined }): VNode {
  const { generated_at: at, since } = facts.report
  return html`
    <header>
      <p class="mark"><a href="#overview">elysiactl</a></p>
      <p class="when" role="status">${state(facts, connection)} <span>· as of <${Moment} time=${at} />, since <${Moment} time=${since} /></span></p>
      <nav aria-label="Parts of this page"><ul>${PLACES.map(([id, name]) => html`<li><a href=${`#${id}`}>${name}</a></li>`)}</ul></nav>
    </header>` as VNode
}

function state({ mode }: PageFacts, connection: Connection | undefined) {
  if (mode === 'file') return html`<span class="dot plain"></span>A file: it does not change`
  if (connection === 'lost')
    return html`<span class="dot fault"></span>Not live: the server is gone. Begin it again: elysiactl dashboard`
  return connection === 'live'
    ? html`<span class="dot good"></span>Live`
    : html`<span class="dot plain"></span>…`
}

/** The run whose page is shown; undefined for the overview. */
function useRoute(): string | undefined {
  const [hash, setHash] = useState(location.hash)
  const isFirst = useRef(true)
  useEffect(() => {
    const changed = () => setHash(location.hash)
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  const route = runOf(hash)
  useEffect(() => {
    if (isFirst.current) isFirst.current = false
    else if (route !== undefined) scrollTo(0, 0)
    else document.getElementById(hash.slice(1))?.scrollIntoView()
  }, [route])
  return route
}

function runOf(hash: string): string | undefined {
  if (!hash.startsWith('#/run/')) return undefined
  try {
    return decodeURIComponent(hash.slice('#/run/'.length))
  } catch {
    return undefined
  }
}

/**
 * Requests everything again when a run has begun or ended, and from time to time: ages grow, and jobs become overdue.
 */
function useRefresh(source: Source, live: LiveFacts | undefined, set: (facts: PageFacts) => void): void {
  const of = live === undefined ? '' : eventsOf(live)
  const previous = useRef('')
  useEffect(() => {
    if (of === '' || of === previous.current) return
    const isFirst = previous.current === ''
    previous.current = of
    if (isFirst && live?.history_version === source.first.history_version) return
    const timer = setTimeout(() => void source.again().then(set, () => {}), SOON_MS)
    return () => clearTimeout(timer)
  }, [of])
  useEffect(() => {
    if (source.first.mode === 'file') return
    const timer = setInterval(() => void source.again().then(set, () => {}), REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
}

/** A text that changes when a run has begun or ended. */
function eventsOf({ running, recent }: LiveFacts): string {
  return JSON.stringify([
    running.map(({ id, attempt }) => [id, attempt]),
    recent.map(({ id, attempt, status }) => [id, attempt, status]),
  ])
}

function latest(a: string, b: string | undefined): string {
  return b !== undefined && b > a ? b : a
}

/** A link to a part of the page would leave the page of a run. */
function skip(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
