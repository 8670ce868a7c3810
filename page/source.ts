// Where the page gets its facts: from a server that sends updates, or from its own file.
import type { LiveFacts, PageFacts, RunFacts, RunLine, RunPage } from '../lib/monitor/dashboard/facts.ts'
import { type PackedFacts, unpackReport, unpackRuns } from '../lib/monitor/dashboard/file/packedRuns.ts'
import { visibleJson } from './visible.ts'

/** Selects runs. */
export interface RunChoice {
  readonly kind: string
  readonly status: string
  readonly collection: string
}

/** Whether the server still sends updates. */
export type Connection = 'live' | 'lost'

/** Where the page gets its facts. */
export interface Source {
  readonly first: PageFacts
  runs(choice: RunChoice, before: string | undefined): Promise<RunPage>
  run(id: string): Promise<RunFacts | undefined>
  again(): Promise<PageFacts>
  /** Calls back with what is running now. */
  watch(live: (facts: LiveFacts) => void, connection: (now: Connection) => void): void
}

const FIRST = 15
const FILE_PAGE = 100

/** The source for this page. */
export async function readSource(): Promise<Source> {
  const facts = visibleJson(await factsText()) as PageFacts | PackedFacts
  return facts.mode === 'file' ? fileSource(facts as PackedFacts) : serverSource(facts as PageFacts)
}

/** The facts in the page: JSON, or in a file gzipped JSON in base64. */
async function factsText(): Promise<string> {
  const { type, textContent } = document.getElementById('facts') as HTMLScriptElement
  if (type === 'application/json') return textContent!
  const bytes = Uint8Array.from(atob(textContent!), (character) => character.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}

function serverSource(first: PageFacts): Source {
  return {
    first,
    runs: async ({ kind, status, collection }, before) => {
      const query = new URLSearchParams({ kind, status, collection, before: before ?? '' })
      return (await get(`/api/runs?${query}`)) as RunPage
    },
    run: async (id) => (await get(`/api/run?id=${encodeURIComponent(id)}`)) as RunFacts | undefined,
    again: async () => (await get('/api/page')) as PageFacts,
    watch(live, connection) {
      const events = new EventSource('/api/live')
      events.onmessage = ({ data }) => {
        connection('live')
        live(visibleJson(data) as LiveFacts)
      }
      events.onopen = () => connection('live')
      events.onerror = () => connection('lost')
    },
  }
}

async function get(path: string): Promise<unknown> {
  const response = await fetch(path)
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(await response.text())
  return visibleJson(await response.text())
}

function fileSource({ packed, report, details, logs, ...rest }: PackedFacts): Source {
  const all = unpackRuns(packed)
  const page = (choice: RunChoice, before: string | undefined, size = FILE_PAGE): RunPage => {
    const chosen = all.filter(
      (run) => isChosen(run, choice) && (before === undefined || run.started_at < before),
    )
    const next = chosen.length > size ? chosen[size - 1]!.started_at : undefined
    return { runs: chosen.slice(0, size), ...(next !== undefined && { next }) }
  }
  const first = {
    ...rest,
    ...page({ kind: '', status: '', collection: '' }, undefined, FIRST),
    report: unpackReport(report, all),
  }
  return {
    first,
    runs: async (choice, before) => page(choice, before),
    run: async (id) => {
      const entries = details.filter((entry) => entry.id === id)
      if (entries.length > 0) return { entries, logs: logs[id] ?? [] }
      const known = all.filter((run) => run.id === id)
      return known.length === 0 ? undefined : { entries: known.map(asEntry) }
    },
    again: async () => first,
    watch: () => {},
  }
}

function isChosen(run: RunLine, { kind, status, collection }: RunChoice): boolean {
  return (
    (kind === '' || run.kind === kind) &&
    (status === '' || run.status === status) &&
    (collection === '' || run.collection === collection)
  )
}

/** The entry of a run when only the list knows it. */
function asEntry(run: RunLine): RunFacts['entries'][number] {
  return {
    ...run,
    trigger: run.trigger as 'user',
    updated_at: run.ended_at ?? run.started_at,
    counts: {},
    peak_rss_bytes: 0,
    hosts: [],
    command: [],
    directory: '',
    version: '',
    host: '',
    pid: 0,
  }
}
