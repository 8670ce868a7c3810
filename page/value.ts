// Shows any JSON value in readable form.
import { Table } from './parts.ts'
import { type ComponentChildren, html, type VNode } from './preact.ts'
import { capital, countText, sizeText } from './words.ts'

type Record_ = Readonly<Record<string, unknown>>

const MOST_ROWS = 100
const DEEPEST = 4

/** Shows objects as names and values, and lists of objects as tables; units come from the ends of names. */
export function Value({ name, value, depth = 0 }: { name: string; value: unknown; depth?: number }): VNode {
  if (!isRecord(value)) return html`<p>${textOf(name, value)}</p>` as VNode
  const entries = Object.entries(value)
  const plain = entries.filter(([, one]) => !isComposed(one))
  const composed = entries.filter(([, one]) => isComposed(one))
  return html`
    ${plain.length === 0 ? null : html`<dl class="facts">${plain.map(([key, one]) => html`<div><dt>${titleOf(key)}</dt><dd>${textOf(key, one)}</dd></div>`)}</dl>`}
    ${depth >= DEEPEST ? null : composed.map(([key, one]) => html`<h3>${titleOf(key)}</h3>${composedOf(key, one, depth)}`)}` as VNode
}

function composedOf(key: string, value: unknown, depth: number): ComponentChildren {
  if (!Array.isArray(value)) return html`<${Value} name=${key} value=${value} depth=${depth + 1} />`
  const rows = value.slice(0, MOST_ROWS)
  if (!rows.every(isRecord)) return html`<p>${rows.map((one) => textOf(key, one)).join(', ')}</p>`
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((column) =>
    rows.some((row) => !isComposed(row[column])),
  )
  const columns = names.map((column) => ({
    name: titleOf(column),
    isFigure: rows.every((row) => row[column] === undefined || typeof row[column] === 'number'),
  }))
  return html`<${Table} caption=${titleOf(key)} columns=${columns} rows=${rows.map((row) => names.map((column) => textOf(column, row[column])))} />`
}

function isRecord(value: unknown): value is Record_ {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isComposed(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0)
  )
}

function titleOf(key: string): string {
  return capital(key.replace(/_bytes$/, '').replaceAll('_', ' '))
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number' && /(^|_)bytes$/.test(name)) return sizeText(value)
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? countText(value)
      : value.toLocaleString('en', { maximumFractionDigits: 3 })
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  return isComposed(value) ? JSON.stringify(value) : 'none'
}
