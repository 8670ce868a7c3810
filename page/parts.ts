// The parts that all sections are made of.
import { type ComponentChildren, html, useEffect, useRef, useState, type VNode } from './preact.ts'
import { agoText, secondsSince, timeText, typedParts } from './words.ts'

type Cell = ComponentChildren

interface Column {
  readonly name: string
  /** True to align figures. */
  readonly isFigure?: boolean
}

/** How many rows of a long table are drawn at first, and how many more on each request. */
const FIRST_ROWS = 100
const MORE_ROWS = 500

/** A table; on a narrow page each row stands by itself, with the names of its columns. */
export function Table({
  caption,
  columns,
  rows: all,
  first = FIRST_ROWS,
}: {
  caption: string
  columns: readonly Column[]
  rows: readonly (readonly Cell[])[]
  /** How many rows are drawn at first. */
  first?: number
}): VNode {
  const [shown, setShown] = useState(first)
  const place = useTight(all)
  const rows = all.slice(0, shown)
  const left = all.length - rows.length
  const kind = ({ isFigure }: Column) => (isFigure === true ? 'figure' : '')
  return html`
    <div class="table" ref=${place} role="region" aria-label=${caption} tabindex="0">
      <table role="table">
        <caption>${caption}</caption>
        <thead role="rowgroup">
          <tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col" class=${kind(column)}>${column.name}</th>`)}</tr>
        </thead>
        <tbody role="rowgroup">
          ${rows.map(
            (row) =>
              html`<tr role="row">${row.map((cell, index) => {
                const column = columns[index]!
                return html`<td role="cell" data-name=${column.name} class=${kind(column)}><div>${cell}</div></td>`
              })}</tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${left === 0 ? null : html`<p><button type="button" onClick=${() => setShown(shown + MORE_ROWS)}>Show ${Math.min(left, MORE_ROWS)} more of ${left}</button></p>`}` as VNode
}

/** Marks a table that is wider than its place, so that its words wrap. */
function useTight(rows: unknown) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current!
    let width = -1
    const fit = () => {
      if (element.clientWidth === width) return
      width = element.clientWidth
      element.classList.remove('tight')
      if (element.scrollWidth > width) element.classList.add('tight')
    }
    const resized = new ResizeObserver(fit)
    resized.observe(element)
    return () => resized.disconnect()
  }, [rows])
  return place
}

/** A part of the page with a heading. */
export function Section({
  id,
  title,
  children,
  note,
}: {
  id: string
  title: string
  children?: ComponentChildren
  note?: string
}): VNode {
  return html`
    <section id=${id} aria-labelledby=${`${id}-title`}>
      <h2 id=${`${id}-title`}>${title}</h2>
      ${note === undefined ? null : html`<p class="note">${note}</p>`}
      ${children}
    </section>` as VNode
}

/** A foreign text: its direction ends with it. */
export function Name({ text }: { text: string }): VNode {
  return html`<bdi>${text}</bdi>` as VNode
}

/** How long ago a time was, with the time itself. */
export function Ago({ time, now }: { time: string; now: string }): VNode {
  return html`<time datetime=${time} title=${timeText(time)}>${agoText(secondsSince(time, now))}</time>` as VNode
}

/** A time, as text; its exact value shows on hover. */
export function Moment({ time }: { time: string }): VNode {
  return html`<time datetime=${time} title=${time}>${timeText(time)}</time>` as VNode
}

const TONES: Readonly<Record<string, string>> = {
  done: 'good',
  complete: 'good',
  running: 'busy',
  rejects: 'warning',
  interrupted: 'plain',
  stopped: 'warning',
  partial: 'warning',
  warning: 'warning',
  firing: 'fault',
  failed: 'fault',
  killed: 'fault',
  damaged: 'fault',
  fault: 'fault',
  missed: 'fault',
}

/** A word for a state: never shown by its color alone. */
export function Status({ is, text = is }: { is: string; text?: string }): VNode {
  return html`<span class=${`status ${TONES[is] ?? 'plain'}`}>${text}</span>` as VNode
}

/** A link to the page of a run; its id, unless it has other content. */
export function RunLink({ id, children }: { id: string; children?: ComponentChildren }): VNode {
  return html`<a href=${`#/run/${encodeURIComponent(id)}`}>${children ?? id}</a>` as VNode
}

/** Text to be typed, with a button that copies it. */
export function Typed({ text }: { text: string }): VNode {
  const [isCopied, setCopied] = useState(false)
  const copy = () => {
    const end = () => {
      setCopied(true)
      setTimeout(() => setCopied(false), 2000)
    }
    navigator.clipboard?.writeText(text).then(end, () => {})
  }
  return html`<span class="typed"><code>${text}</code><button type="button" class="quiet" onClick=${copy} aria-label=${`copy ${text}`}>${isCopied ? 'copied' : 'copy'}</button></span>` as VNode
}

/** A next step: a sentence that contains text to be typed. */
export function Step({ text }: { text: string }): VNode {
  return html`<span class="step">${typedParts(text).map(({ text: part, isTyped }) => (isTyped ? html`<${Typed} text=${part} />` : part))}</span>` as VNode
}

/** What is shown if there is nothing yet. */
export function Nothing({ text, type }: { text: string; type?: string }): VNode {
  return html`<p class="nothing">${text}${type === undefined ? null : html` <${Typed} text=${type} />`}</p>` as VNode
}

/** Details that are drawn when the user opens them. */
export function Fold({
  summary,
  children,
}: {
  summary: ComponentChildren
  children: () => ComponentChildren
}): VNode {
  const [isOpen, setOpen] = useState(false)
  const toggled = (event: Event) => setOpen((event.currentTarget as HTMLDetailsElement).open)
  return html`<details onToggle=${toggled}><summary>${summary}</summary>${isOpen ? children() : null}</details>` as VNode
}
