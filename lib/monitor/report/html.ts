import { roughSize } from '../../core/units.ts'
import type { MonitorReport } from './schema.ts'
import { ageOf, forecastText } from './words.ts'

/** A text that is already markup, with escaped values. */
class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | undefined | Html | readonly Html[]

/** Makes markup from a template: escapes each value that is not markup itself. */
function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + markup(parts[index - 1]) + string))
}

function markup(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map((one: Html) => one.text).join('\n')
  return escaped(String(part))
}

const SIGNS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes a text for HTML, together with characters that turn the direction of text or are invisible. */
function escaped(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
  return visible.replace(/[&<>"']/g, (sign) => SIGNS[sign]!)
}

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
div{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .7rem .25rem 0;border-bottom:1px solid #8885;vertical-align:top}
.fault{font-weight:600}.fault::before{content:"✗ "}.warning::before{content:"! "}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}`

/** The report as one page that runs no scripts and loads nothing: names in it stay text. */
export function reportHtml(report: MonitorReport): string {
  const { since, generated_at, needs_attention, notes } = report
  const page = html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>elysiactl report</title>
<style>${new Html(STYLE)}</style>
<h1>elysiactl report</h1>
<p>${generated_at}, since ${since}.</p>
<h2>Needs attention</h2>
${needs_attention.length === 0 ? html`<p>Nothing.</p>` : attentionList(report)}
${recovery(report)}
${success(report)}
${storage(report)}
${traffic(report)}
${archives(report)}
${notes.length === 0 ? undefined : html`<h2>Not checked</h2><ul>${notes.map((note) => html`<li>${note}`)}</ul>`}
</html>
`
  return page.text
}

function table(title: string, head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  if (rows.length === 0) return html``
  return html`<h2>${title}</h2>
<div><table><thead><tr>${head.map((name) => html`<th scope="col">${name}`)}</tr></thead><tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}`)}</tr>`)}
</tbody></table></div>`
}

function attentionList({ needs_attention: items }: MonitorReport): Html {
  return html`<ul>${items.map(
    ({ severity, message, next }) =>
      html`<li class="${severity}">${message}${next === undefined ? undefined : html`<br><code>${next}</code>`}`,
  )}</ul>`
}

function recovery({ recovery: some }: MonitorReport): Html {
  const head = ['Collection', 'Back to', 'Lost', 'Takes', 'Measured by', 'Proved', 'Target']
  const rows = some.map((one) => [
    one.collection,
    one.archive ?? 'nothing that can be restored',
    one.point_age_seconds === undefined ? undefined : ageOf(one.point_age_seconds),
    one.seconds === undefined ? 'unknown' : ageOf(one.seconds),
    [one.measured_by, one.measured_at].filter((text) => text !== undefined).join(', '),
    one.proved === true ? 'yes' : 'no',
    one.target,
  ])
  return table('Recovery', head, rows)
}

function success({ success: some }: MonitorReport): Html {
  const head = [
    'Job',
    'Collection',
    'Good',
    'Done',
    'Rejects',
    'Failed',
    'Killed',
    'Stopped',
    'Interrupted',
    'Last',
    'Last good',
    'Target',
  ]
  const rows = some.map((one) => [
    ...[one.kind, one.collection],
    one.rate === undefined ? undefined : `${Math.floor(one.rate * 1000) / 10} %`,
    ...[one.done, one.with_rejects, one.failed, one.killed, one.stopped, one.interrupted],
    one.last_error === undefined ? one.last_status : `${one.last_status}: ${one.last_error}`,
    ...[one.last_success_at ?? 'never', one.target],
  ])
  return table('Runs', head, rows)
}

function storage({ storage: some, storage_forecast: forecast }: MonitorReport): Html {
  const rows = some.map((one) => [
    ...[one.collection, one.archives, roughSize(one.bytes)],
    one.compression === undefined ? undefined : `${one.compression.toFixed(1)} : 1`,
    one.growth_bytes_per_day === undefined
      ? undefined
      : `${one.growth_bytes_per_day < 0 ? '−' : '+'}${roughSize(Math.abs(Math.round(one.growth_bytes_per_day)))}`,
    one.forecast_bytes === undefined ? undefined : roughSize(one.forecast_bytes),
  ])
  const head = ['Collection', 'Archives', 'Size', 'Compressed', 'A day', 'In 30 days']
  return html`${table('Storage', head, rows)}
${forecast === undefined ? undefined : html`<p>${forecastText(forecast)}</p>`}`
}

function traffic({ traffic: some = [] }: MonitorReport): Html {
  const rate = (bytes: number | undefined) =>
    bytes === undefined ? undefined : `${roughSize(Math.round(bytes))}/s`
  const stalls = (count: number, seconds: number) => (count === 0 ? undefined : `${count}, ${ageOf(seconds)}`)
  const rows = some.map((one) => [
    ...[one.place, roughSize(one.bytes_in), rate(one.in_per_second)],
    stalls(one.stalls_in, one.stalled_in_seconds),
    ...[roughSize(one.bytes_out), rate(one.out_per_second)],
    stalls(one.stalls_out, one.stalled_out_seconds),
  ])
  return table('Moved', ['Place', 'Came', 'At', 'Stalls', 'Went', 'At', 'Stalls'], rows)
}

function archives({ cleanup, unverified, damaged, uncovered, disk }: MonitorReport): Html {
  const lines = [
    ...damaged.map((one) => ['damaged', one] as const),
    ...unverified.map((one) => ['not verified', one] as const),
    ...cleanup.map((one) => ['may go', one] as const),
  ].map(([what, { id, collection, reason, bytes }]) => [
    what,
    id,
    collection,
    reason,
    bytes === undefined ? '' : roughSize(bytes),
  ])
  const disks = disk.map((one) => [one.directory, roughSize(one.free_bytes), roughSize(one.total_bytes)])
  return html`${table('Archives', ['', 'Archive', 'Collection', 'Why', 'Size'], lines)}
${table(
  'No expectation covers',
  ['Collection'],
  uncovered.map((name) => [name]),
)}
${table('Disks', ['Directory', 'Free', 'Of'], disks)}`
}
