// The files for Prometheus and Grafana: they speak of metrics that there are, and do what they say.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { parse } from 'yaml'
import { ERROR_CODES } from '../lib/core/errors.ts'
import { HISTORY_STATUSES } from '../lib/monitor/history/entry.ts'
import { LABELS, METRICS } from '../lib/monitor/metrics/metric.ts'
import { promtool, withPromtool } from './monitor/metrics/promtool.ts'

const deploy = fileURLToPath(new URL('../deploy/', import.meta.url))
const rulesDirectory = join(deploy, 'prometheus')

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

interface Panel {
  readonly title: string
  readonly type: string
  readonly datasource?: unknown
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string; readonly datasource: unknown }[]
}

interface Dashboard {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[]
  }
}

const rules: readonly Rule[] = parse(readFileSync(join(rulesDirectory, 'elysiactl.rules.yml'), 'utf8'))
  .groups[0].rules
const tests = parse(readFileSync(join(rulesDirectory, 'elysiactl.rules.test.yml'), 'utf8')).tests
const dashboard: Dashboard = JSON.parse(readFileSync(join(deploy, 'grafana', 'elysiactl.json'), 'utf8'))

const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard.templating.list.flatMap(({ name, definition }) =>
    definition === undefined ? [] : [[name, definition] as const],
  ),
]

t.test('every query names metrics that there are, with labels and codes that they have', async (t) => {
  t.ok(queries.length > 30, `${queries.length} queries`)
  for (const [title, query] of queries) {
    const names = [...query.matchAll(/elysiactl_\w+/g)].map(([name]) => name)
    t.ok(names.length > 0, title)
    for (const name of names) t.ok(Object.hasOwn(METRICS, name), `${title}: ${name}`)
    for (const [, name = '', selector = ''] of query.matchAll(/(elysiactl_\w+)\{([^}]*)\}/g)) {
      const { labels } = METRICS[name as keyof typeof METRICS]
      for (const [, label] of selector.matchAll(/(\w+)\s*[=!]/g))
        t.ok((labels as readonly string[]).includes(label!), `${title}: ${name} has the label ${label}`)
    }
    const codes = [...query.matchAll(/code[=!~]+"([^"]*)"/g)].flatMap(([, text]) => text!.split('|'))
    const known = [...HISTORY_STATUSES, ...Object.keys(ERROR_CODES)]
    for (const code of codes) t.ok(known.includes(code), `${title}: ${code}`)
  }
})

t.test('the dashboard is imported with a data source of the user', async (t) => {
  t.match(dashboard.templating.list[0], { name: 'datasource', type: 'datasource' })
  t.strictSame(
    dashboard.templating.list.slice(1).map(({ name }) => name),
    ['collection', 'target'],
  )
  const source = { type: 'prometheus', uid: `\${datasource}` }
  for (const { title, type, datasource, targets = [] } of dashboard.panels) {
    if (type === 'row') continue
    t.strictSame(
      [datasource, ...targets.map((one) => one.datasource)],
      Array(targets.length + 1).fill(source),
      title,
    )
  }
  const { panels } = dashboard
  for (const [at, { gridPos: one, title }] of panels.entries()) {
    t.ok(one.x + one.w <= 24, title)
    for (const { gridPos: other } of panels.slice(at + 1)) {
      const apart =
        one.x + one.w <= other.x ||
        other.x + other.w <= one.x ||
        one.y + one.h <= other.y ||
        other.y + other.h <= one.y
      t.ok(apart, `${title} covers no other panel`)
    }
  }
})

t.test('Prometheus takes every query of the dashboard', withPromtool, async (t) => {
  const filled = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const group = { name: 'queries', rules: filled.map((expr, at) => ({ record: `query:${at}`, expr })) }
  const directory = t.testdir({})
  writeFileSync(join(directory, 'queries.yml'), JSON.stringify({ groups: [group] }))
  t.match(promtool(['check', 'rules', 'queries.yml'], { cwd: directory }), { status: 0 })
})

t.test('the alert rules do what they say', withPromtool, async (t) => {
  t.match(promtool(['check', 'rules', 'elysiactl.rules.yml'], { cwd: rulesDirectory }), { status: 0 })
  const { status, said } = promtool(['test', 'rules', 'elysiactl.rules.test.yml'], { cwd: rulesDirectory })
  t.equal(status, 0, said)
})

t.test('each rule fires in a test, says what to do next, and how grave it is', async (t) => {
  const firing = new Set<string>()
  for (const { alert_rule_test: cases } of tests)
    for (const { alertname, exp_alerts: alerts } of cases) if (alerts.length > 0) firing.add(alertname)
  t.strictSame(rules.map(({ alert }) => alert).sort(), [...firing].sort())
  for (const { alert, labels, annotations } of rules) {
    t.match(labels.severity, /^(critical|warning)$/, alert)
    t.match(annotations.description, /Next: /, alert)
  }
})

t.test('labels of the table are the four', async (t) => {
  const used = new Set(Object.values(METRICS).flatMap(({ labels }): readonly string[] => labels))
  t.strictSame([...used].sort(), [...LABELS].sort())
})
