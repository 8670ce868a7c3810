// The page of one run: first why it ended as it did, then what to do, then everything known.
import type { RejectsSample, RunFacts } from '../lib/monitor/dashboard/facts.ts'
import type { HistoryEntry } from '../lib/monitor/history/entry.ts'
import type { AttemptLog } from '../lib/monitor/history/log/line.ts'
import { Ago, Moment, Name, Nothing, RunLink, Section, Status, Step, Table, Typed } from './parts.ts'
import { html, useEffect, useRef, useState, type VNode } from './preact.ts'
import { Traffic } from './sections/traffic.ts'
import type { Source } from './source.ts'
import { Value } from './value.ts'
import {
  capital,
  clockText,
  commandText,
  countText,
  pluralize,
  rateText,
  sizeText,
  spanText,
  subjectText,
  timeText,
} from './words.ts'

type RunViewState = RunFacts | 'asking' | 'unknown'

/** The page of a run; asks for its facts again when its history entry changes. */
export function RunView({
  id,
  source,
  now,
  running,
}: {
  id: string
  source: Source
  now: string
  running: readonly HistoryEntry[]
}): VNode {
  const [facts, setFacts] = useState<RunViewState>('asking')
  const live = running.find((entry) => entry.id === id)
  const state = live?.updated_at ?? 'ended'
  useEffect(() => {
    let isCurrent = true
    source.run(id).then(
      (found) => isCurrent && setFacts(found ?? 'unknown'),
      () => isCurrent && setFacts('unknown'),
    )
    return () => {
      isCurrent = false
    }
  }, [id, state])
  return html`
    <p class="back"><a href="#overview">← All</a></p>
    ${facts === 'asking' ? html`<p class="muted">…</p>` : facts === 'unknown' ? html`<h1>No such run</h1><p>The history has no run ${id}: it may have been pruned.</p>` : html`<${RunDetails} facts=${facts} now=${now} />`}` as VNode
}

function RunDetails({
  facts: { entries, logs = [], rejects },
  now,
}: {
  facts: RunFacts
  now: string
}): VNode {
  const entry = entries.at(-1)!
  const { status, error, bottleneck, command, counts } = entry
  // The bottleneck is already shown above.
  const { bottleneck: _, ...profile } = entry.profile ?? {}
  const isProfiled = entry.profile !== undefined
  return html`
    <h1>${capital(subjectText(entry))} <${Status} is=${status} /></h1>
    <p class="muted"><${Name} text=${entry.target} /> · began <${Moment} time=${entry.started_at} /> (<${Ago} time=${entry.started_at} now=${now} />)</p>
    ${error === undefined ? null : html`<${Why} error=${error} />`}
    ${status === 'killed' && error === undefined ? html`<div class="item fault"><p class="message">Its process disappeared: it was killed, or its machine stopped.</p></div>` : null}
    ${command.length === 0 ? null : html`<p class="next"><span class="label">${status === 'done' ? 'Again' : 'Repeat'}</span> <${Typed} text=${commandText(command)} /></p>`}
    <${Section} id="figures" title="Figures">
      <dl class="facts">${factsOf(entry).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <//>
    <${Traffic} entry=${entry} />
    ${bottleneck === undefined && !isProfiled ? null : html`<${Section} id="profile" title="What held it back">${bottleneck === undefined ? null : html`<p>${bottleneck.replaceAll('`', '')}</p>`}${!isProfiled ? null : html`<${Value} name="Profile" value=${profile} />`}<//>`}
    ${Object.keys(counts).length === 0 ? null : html`<${Section} id="counts" title="What it counted"><${Value} name="Counts" value=${counts} /><//>`}
    ${logs.map((log) => html`<${Log} log=${log} isOneOf=${entries.length} />`)}
    ${rejects === undefined ? null : html`<${Rejects} rejects=${rejects} />`}
    ${entries.length < 2 ? null : html`<${Tries} entries=${entries} now=${now} />`}` as VNode
}

function Why({ error: { code, message, hint } }: { error: NonNullable<HistoryEntry['error']> }): VNode {
  return html`
    <div class="item fault">
      <p class="about"><${Status} is="fault" text="Why" /> <code>${code}</code></p>
      <p class="message">${message}</p>
      ${hint === undefined ? null : html`<p class="next"><span class="label">Next</span> <${Step} text=${hint} /></p>`}
    </div>` as VNode
}

function factsOf(entry: HistoryEntry): [name: string, value: unknown][] {
  const {
    id,
    attempt,
    trigger,
    exit_code: exit,
    ended_at: ended,
    seconds,
    records,
    rejected,
    bytes_in,
    bytes_out,
  } = entry
  const {
    rate_per_second: rate,
    peak_rss_bytes: peak,
    retries,
    archive,
    archive_bytes,
    continues,
    hosts,
  } = entry
  const isKilled = entry.status === 'killed'
  const figureText = (value: number | undefined, text: (value: number) => string) => {
    if (value === undefined) return entry.status === 'running' ? undefined : 'unknown'
    return isKilled ? `at least ${text(value)}` : text(value)
  }
  const factIfKnown = (name: string, value: unknown): [string, unknown][] =>
    value === undefined || value === '' ? [] : [[name, value]]
  return [
    ...factIfKnown('Run', html`<code>${id}</code>`),
    ...factIfKnown('Process', attempt > 1 ? `the ${attempt}th that worked on it` : undefined),
    ...factIfKnown('Begun by', trigger),
    ...factIfKnown('Ended', ended === undefined ? undefined : html`<${Moment} time=${ended} />`),
    ...factIfKnown('Took', seconds === undefined ? undefined : spanText(seconds)),
    ...factIfKnown('Exit code', exit),
    ...factIfKnown('Records or objects', figureText(records, countText)),
    ...factIfKnown('Rejected', figureText(rejected, countText)),
    ...factIfKnown('Throughput', rate === undefined ? undefined : rateText(rate)),
    ...factIfKnown('Read', figureText(bytes_in, sizeText)),
    ...factIfKnown('Written', figureText(bytes_out, sizeText)),
    ...factIfKnown('Most memory', peak > 0 ? sizeText(peak) : undefined),
    ...factIfKnown('Repeated calls', figureText(retries, countText)),
    ...factIfKnown(
      'Archive',
      archive === undefined
        ? undefined
        : html`<code>${archive}</code>${archive_bytes === undefined ? '' : `, ${sizeText(archive_bytes)}`}`,
    ),
    ...factIfKnown(
      'Continues',
      continues === undefined || continues === id ? undefined : html`<${RunLink} id=${continues} />`,
    ),
    ...factIfKnown('Talked to', hosts.length === 0 ? undefined : html`<${Name} text=${hosts.join(', ')} />`),
    ...factIfKnown('Directory', entry.directory),
    ...factIfKnown('Machine', entry.host),
    ...factIfKnown('Version', entry.version),
  ]
}

/** The log of a process, scrolled to its end. */
function Log({
  log: { attempt, lines },
  isOneOf: tries,
}: {
  log: AttemptLog
  isOneOf: number
}): VNode | null {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Readers look for how it ended.
    if (place.current !== null) place.current.scrollTop = place.current.scrollHeight
  }, [lines.length])
  if (lines.length === 0) return null
  const title = tries > 1 ? `Log of try ${attempt}` : 'Log'
  return html`
    <${Section} id=${`log-${attempt}`} title=${title}>
      <div class="log" ref=${place} tabindex="0" role="region" aria-label=${`what ${tries > 1 ? `process ${attempt}` : 'it'} said`}><ol>
        ${lines.map(({ at, level, text, times, since }) => html`<li class=${level}><time datetime=${at} title=${timeText(at)}>${clockText(at)}</time> ${level === 'event' || level === 'note' ? null : html`<span class="level">${level}</span> `}<${Name} text=${text} />${times === undefined || since === undefined ? null : html` <span class="muted">${countText(times)} times since ${clockText(since)}</span>`}</li>`)}
      </ol></div>
    <//>` as VNode
}

function Rejects({ rejects: { file, lines, is_cut: isCut, lack } }: { rejects: RejectsSample }): VNode {
  return html`
    <${Section} id="rejects" title="Rejects">
      <p><code>${file}</code></p>
      ${lack === undefined ? null : html`<${Nothing} text=${`It cannot be read: ${lack}`} />`}
      ${lines.length === 0 ? null : html`<pre tabindex="0" role="region" aria-label="the first rejected records">${lines.join('\n')}</pre>`}
      ${isCut ? html`<p class="note">These are the first ${pluralize(lines.length, 'line')}; the file holds more.</p>` : null}
    <//>` as VNode
}

function Tries({ entries, now }: { entries: readonly HistoryEntry[]; now: string }): VNode {
  const columns = [
    { name: 'Process', isFigure: true },
    { name: 'Status' },
    { name: 'Began' },
    { name: 'Took', isFigure: true },
    { name: 'Records', isFigure: true },
    { name: 'Reason' },
  ]
  const rows = entries.map(({ attempt, status, started_at, seconds, records, error }) => [
    attempt,
    html`<${Status} is=${status} />`,
    html`<${Ago} time=${started_at} now=${now} />`,
    seconds === undefined ? '–' : spanText(seconds),
    records === undefined ? '–' : countText(records),
    error?.message ?? '',
  ])
  return html`<${Section} id="tries" title="All tries"><${Table} caption="All processes that worked on it" columns=${columns} rows=${rows} /><//>` as VNode
}
