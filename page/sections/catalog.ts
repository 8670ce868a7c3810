import type { ArchiveView } from '../../lib/monitor/dashboard/facts.ts'
import { Ago, Fold, Name, Nothing, Section, Status, Table } from '../parts.ts'
import { html, type VNode } from '../preact.ts'
import { agoText, countText, pluralize, secondsSince, sizeText } from '../words.ts'

const COLUMNS = [
  { name: 'Archive' },
  { name: 'State' },
  { name: 'Began' },
  { name: 'Objects', isFigure: true },
  { name: 'On disk', isFigure: true },
  { name: 'Verified' },
]

/** The archives by collection, increments below their bases. */
export function Catalog({ archives, now }: { archives: readonly ArchiveView[]; now: string }): VNode {
  const groups = Map.groupBy(archives, ({ collection, target }) => `${collection}\n${target}`)
  return html`
    <${Section} id="catalog" title="Archives">
      ${groups.size === 0 ? html`<${Nothing} text="Nothing yet. A first archive:" type="elysiactl col backup NAME" />` : null}
      ${[...groups].map(([key, members]) => html`<${Group} key=${key} members=${members} now=${now} />`)}
    <//>` as VNode
}

function Group({ members, now }: { members: readonly ArchiveView[]; now: string }): VNode {
  const [{ collection, target }] = members as [ArchiveView]
  const chains = chainsOf(members)
  const text = html`<strong><${Name} text=${collection} /></strong> <span class="muted"><${Name} text=${target} /></span><br />${groupText(members, chains.length, now)}`
  return html`<${Fold} summary=${text}>${() => html`<${Table} caption=${`Archives of ${collection}`} columns=${COLUMNS} rows=${chains.flat().map((one) => row(one, now))} />`}<//>` as VNode
}

function groupText(members: readonly ArchiveView[], chains: number, now: string): string {
  const newest = members.find(({ status }) => status === 'complete')
  const verified = members
    .flatMap(({ verified_at: at }) => (at === undefined ? [] : [at]))
    .sort()
    .at(-1)
  const damaged = members.filter(({ damaged: is }) => is).length
  return [
    `${pluralize(members.length, 'archive')} in ${pluralize(chains, 'chain')}`,
    newest === undefined ? 'none complete' : `newest ${agoText(secondsSince(newest.started_at, now))}`,
    verified === undefined ? 'never verified' : `last verified ${agoText(secondsSince(verified, now))}`,
    ...(damaged > 0 ? [`${damaged} damaged`] : []),
  ].join(' · ')
}

interface ArchiveInChain {
  readonly archive: ArchiveView
  readonly depth: number
}

/** Each chain from its full archive to the last increment; the newest chain first. */
function chainsOf(members: readonly ArchiveView[]): ArchiveInChain[][] {
  const ids = new Set(members.map(({ id }) => id))
  const children = Map.groupBy(members.toReversed(), ({ parent }) => parent ?? '')
  const below = (archive: ArchiveView, depth: number): ArchiveInChain[] => {
    const chain: ArchiveInChain[] = []
    const open: ArchiveInChain[] = [{ archive, depth }]
    for (let current = open.pop(); current !== undefined; current = open.pop()) {
      chain.push(current)
      const { archive: above, depth: level } = current
      open.push(
        ...(children.get(above.id) ?? []).toReversed().map((child) => ({ archive: child, depth: level + 1 })),
      )
    }
    return chain
  }
  return members
    .filter(({ parent }) => parent === undefined || !ids.has(parent))
    .map((first) => below(first, 0))
}

function row({ archive, depth }: ArchiveInChain, now: string) {
  const { id, status, pinned, damaged, started_at, objects, bytes, verified_at, verified_level, parent } =
    archive
  const isLost = parent !== undefined && depth === 0
  return [
    html`<span class="depth" style=${{ paddingInlineStart: `${Math.min(depth, 8) * 1.1}em` }}>${depth > 0 ? html`<span aria-hidden="true">↳ </span>` : null}<code>${id}</code>${depth > 0 ? html`<span class="sub"> increment</span>` : null}${isLost ? html`<span class="sub"> increment; its base is not listed</span>` : null}</span>`,
    html`<${Status} is=${damaged ? 'damaged' : status} />${pinned ? html` <${Status} is="pinned" />` : null}`,
    html`<${Ago} time=${started_at} now=${now} />`,
    countText(objects),
    sizeText(bytes),
    verified_at === undefined
      ? html`<span class="muted">never</span>`
      : html`<${Ago} time=${verified_at} now=${now} /> <span class="sub">${verified_level ?? ''}</span>`,
  ]
}
