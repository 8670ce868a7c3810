// The key `alerts` of a configuration file: what it means, and where it is wrong.
import t from 'tap'
import { readAlertSettings } from '../../../../lib/monitor/alerts/config/read.ts'
import { settingsOf } from '../madeUp.ts'

t.test('without the key there are no alerts', async (t) => {
  t.equal(await readAlertSettings([]), undefined)
})

t.test(
  'sinks alone: what failed, was missed or is damaged is sent to all of them, but to no switch',
  async (t) => {
    const sinks = { log: { type: 'file', path: 'a.jsonl' }, hc: { type: 'ping', url: 'http://h/x' } }
    const { rules, sinks: read, flapping } = await settingsOf({ sinks })
    t.match(rules, [
      { when: 'failed', name: 'failed', severity: 'fault', forMs: 0, repeatMs: 86_400_000, to: ['log'] },
      { when: 'missed' },
      { when: 'damage' },
    ])
    t.match(read, [
      { name: 'log', path: '/etc/elysiactl/a.jsonl' },
      { name: 'hc', url: 'http://h/x' },
    ])
    t.strictSame(flapping, { episodes: 3, withinMs: 3_600_000 })
  },
)

t.test('limits have units: times, sizes and shares', async (t) => {
  const rules = [
    { when: 'rejects', over: 10 },
    { when: 'success_rate', under: '99.5%', within: '7d' },
    { when: 'no_success', age: '26h', kinds: ['backup'], repeat: '0' },
    { when: 'throughput', down: '30%', severity: 'fault' },
    { when: 'memory', over: '2GB', for: '5m' },
    { when: 'disk_free', under: '10GB' },
    { when: 'disk_free', under: '5%', name: 'disk_share' },
  ]
  t.match((await settingsOf({ rules, sinks: { e: { type: 'stderr' } } })).rules, [
    { over: 10, severity: 'warning' },
    { under: 0.995, withinMs: 604_800_000, runs: 3 },
    { ageMs: 93_600_000, repeatMs: 0 },
    { down: 0.3, severity: 'fault' },
    { overBytes: 2e9, forMs: 300_000 },
    { underBytes: 1e10 },
    { name: 'disk_share', underShare: 0.05 },
  ])
})

t.test('a rule is of the jobs, collections and targets that its patterns name', async (t) => {
  const rule = { when: 'failed', kinds: ['backup'], collections: ['Art*', 'B'], targets: ['http://h:*'] }
  const { rules } = await settingsOf({ rules: [rule], sinks: { e: { type: 'stderr' } } })
  const { subject } = rules[0]!.takes
  const of = { kind: 'backup', collection: 'Article', target: 'http://h:8080' }
  t.equal(subject(of), true)
  t.equal(subject({ ...of, kind: 'restore' }), false)
  t.equal(subject({ ...of, collection: 'Box' }), false)
  t.equal(subject({ ...of, target: 'http://g:8080' }), false)
})

t.test('what is wrong has its line and column, and the address is not told', async (t) => {
  const faults: readonly [text: string, message: RegExp, hint?: RegExp][] = [
    ['alerts: {rules: []}', /:1:1: alerts lacks sinks/],
    [
      'alerts:\n  sinks:\n    a: {type: webhok, url: http://hunter2}',
      /:3:9: alerts\.sinks\.a\.type has to be one of webhook, slack/,
    ],
    [
      'alerts:\n  sinks:\n    a: {type: webhook}',
      /:3:5: a sink with an address has one of .*, and this has none/,
    ],
    [
      'alerts:\n  sinks:\n    a: {type: slack, url: http://hunter2, url_env: A}',
      /:3:5: .* has url and url_env/,
    ],
    ['alerts:\n  sinks:\n    a: {type: file, path: x, url: http://hunter2}', /:3:\d+: .*unknown key url/],
    ['alerts:\n  sinks:\n    "a b": {type: stderr}', /:3:5: the name of a sink is made of/],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: missed, to: [b]}]',
      /:3:31: there is no sink b/,
      /sinks that take alerts: a/,
    ],
    [
      'alerts:\n  sinks: {p: {type: ping, url: http://h}}\n  rules: [{when: missed, to: [p]}]',
      /:3:31: the sink p is pinged/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: no_success, age: 26}]',
      /:3:30: .*age must be string/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: no_success, age: "26"}]',
      /:3:30: alerts\.rules\.0\.age is not a valid duration/,
      /500ms, 30s/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: disk_free, under: much}]',
      /:3:29: .*under is not a valid size/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: success_rate, under: 99, within: 7d}]',
      /:3:32: .*under must be string/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules:\n  - when: failed\n  - when: failed',
      /:5:5: there are two rules failed/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: failed, collections: ["a@(b)"]}]',
      /:3:\d+: the pattern/,
    ],
    [
      'alerts:\n  sinks: {a: {type: stderr}}\n  rules: [{when: failed, fro: 5m}]',
      /:3:26: .*unknown key fro/,
      /did you mean for\?/,
    ],
  ]
  for (const [text, message, hint = /./] of faults) {
    const read = readAlertSettings([{ name: 'alerts', origin: 'c.yaml', text }])
    const error = await read.catch((thrown: Error) => thrown)
    t.match(error, { code: 'ELYSIA_USAGE', message, hint }, text)
    t.notMatch((error as Error).message, /hunter2/)
  }
})
