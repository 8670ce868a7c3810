import { type Labels, METRICS, type MetricName, type SampleGroup } from './metric.ts'

/** The content type for Prometheus. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

const NAMES = Object.keys(METRICS) as MetricName[]

/**
 * Groups in the text format of Prometheus, byte by byte as prom-client writes it, in the order of the metrics table.
 * Metrics without a value are left out. Its own, because prom-client writes every line at every call, which takes a
 * second time as long as all the rest: here a group's lines are written once. Groups must have distinct names and
 * labels, and finite values. Memory: the text and the lines, about 110 bytes for each value.
 */
export function exposition(groups: readonly SampleGroup[]): string {
  const byName = new Map<string, string[]>()
  for (const group of groups) {
    for (const [name, line] of linesOf(group)) {
      const there = byName.get(name)
      if (there === undefined) byName.set(name, [line])
      else there.push(line)
    }
  }
  const text: string[] = []
  for (const name of NAMES) {
    const lines = byName.get(name)
    if (lines === undefined) continue
    const { help, type } = METRICS[name]
    if (text.length > 0) text.push('')
    text.push(`# HELP ${name} ${escaped(help)}`, `# TYPE ${name} ${type}`)
    for (const line of lines) text.push(line)
  }
  return `${text.join('\n')}\n`
}

type Line = readonly [name: string, line: string]

const known = new WeakMap<SampleGroup, readonly Line[]>()

function linesOf(group: SampleGroup): readonly Line[] {
  const before = known.get(group)
  if (before !== undefined) return before
  const labels = textOf(group.labels)
  const lines: Line[] = []
  for (const name in group.values) lines.push([name, `${name}${labels} ${group.values[name as MetricName]}`])
  known.set(group, lines)
  return lines
}

function textOf(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join()}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}
