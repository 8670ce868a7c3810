import { type DiffReport, pluralize } from '../library.ts'
import { type Row, rowLines } from './summary.ts'
import { sidesText } from './target.ts'

/** A report for the user: what was compared, and how much of it differs, kind by kind. */
export function diffSummary(report: DiffReport): string[] {
  const { status, is_equal, left, right, seconds, rate, retries } = report
  const verdict = status === 'done' ? (is_equal ? 'equal' : 'different') : status
  const repeated = retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`
  return [
    `${verdict}: ${sidesText(left.name, right.name)}`,
    ...rowLines(rows(report)),
    ...vectorLines(report),
    `${seconds.toFixed(2)} s, ${Math.round(rate)} objects/s${repeated}`,
  ]
}

function rows(report: DiffReport): Row[] {
  const { compared, equal, only_left, only_right, different, properties, references } = report
  const named = (depth: number, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]): Row => [depth, name, count])
  const some = (depth: number, name: string, count: number): Row[] =>
    count === 0 ? [] : [[depth, name, count]]
  return [
    ...some(0, 'settings of the class', report.schema),
    ...some(0, 'tenants', report.tenants),
    ...some(0, 'aliases', report.aliases),
    [0, 'objects', compared],
    [1, 'equal', equal],
    [1, 'only left', only_left],
    [1, 'only right', only_right],
    [1, 'different', different],
    ...named(2, properties),
    ...named(2, references),
    ...Object.entries(report.vectors).map(
      ([name, { objects }]): Row => [2, `vector ${name}`.trim(), objects],
    ),
    ...some(1, 'changing', report.changing),
    ...some(1, 'gone meanwhile', report.gone),
    ...some(0, 'unreadable', report.unreadable),
  ]
}

function vectorLines({ vectors, without_vectors }: DiffReport): string[] {
  const far = Object.entries(vectors).flatMap(([name, { largest, cosine }]) =>
    largest === undefined
      ? []
      : [
          `vector${name === '' ? '' : ` ${name}`}: largest difference ${largest}${cosine === undefined ? '' : `, least cosine ${cosine}`}`,
        ],
  )
  return without_vectors === undefined
    ? far
    : [...far, `the ${without_vectors} side has no vectors: none were compared`]
}

/** The differences in one line. */
export function differenceText(report: DiffReport): string {
  const { left, right, schema, tenants, aliases, only_left, only_right, different, changing, unreadable } =
    report
  const facts = [
    [different, 'different'],
    [only_left, 'only left'],
    [only_right, 'only right'],
    [changing, 'changing'],
    [unreadable, 'unreadable'],
  ].flatMap(([count, name]) => (count === 0 ? [] : [`${count} ${name}`]))
  const ofCollection = [
    ...(schema === 0 ? [] : [pluralize(schema, 'setting')]),
    ...(tenants === 0 ? [] : [pluralize(tenants, 'tenant')]),
    ...(aliases === 0 ? [] : [pluralize(aliases, 'alias', 'aliases')]),
    ...(report.without_vectors === undefined ? [] : ['vectors']),
  ]
  return `${left.name} and ${right.name} differ: ${[...ofCollection, ...facts].join(', ')}`
}
