import Type, { type Static, type TProperties } from '../../../core/typebox.ts'

const closed = { additionalProperties: false } as const
const optional = Type.Optional
const text = (description: string) => Type.String({ minLength: 1, maxLength: 4096, description })
const texts = (description: string) =>
  Type.Array(text(description), { minItems: 1, maxItems: 1000, description })
const count = (description: string, minimum = 0) => Type.Integer({ minimum, description })
const duration = (description: string) => text(`${description}: 30s, 10m, 26h, 7d`)
const percent = (description: string) =>
  Type.String({ pattern: '^(100|[0-9]{1,2}(\\.[0-9]{1,3})?)%$', description: `${description}: 99%, 99.5%` })
const amount = (description: string) => text(`${description}: 512MiB, 10GB`)

/** Selects the runs of a rule or a ping. */
const choice = {
  kinds: optional(texts('jobs: backup, restore, verify, rehearse …')),
  collections: optional(texts('patterns of collections: *, ?, [a-z], {a,b}')),
  targets: optional(texts('patterns of targets, as `runs list` shows them')),
  triggers: optional(texts('what began them: user, auto, cron, library')),
}

const common = {
  ...choice,
  name: optional(text('what the alert is called; needed where two rules are of one `when`')),
  severity: optional(Type.Enum(['fault', 'warning'], { description: 'fault or warning' })),
  for: optional(duration('how long it has to hold before anything is sent')),
  repeat: optional(duration('after how long it is sent once more while it holds; 0 for never')),
  to: optional(texts('names of sinks; all that take alerts by default')),
}

const rule = <const W extends string, P extends TProperties>(when: W, fields: P) =>
  Type.Object({ when: Type.Literal(when), ...common, ...fields }, closed)

const within = { within: optional(duration('how long a run that ended so is looked at; 7d')) }

export const RuleSchema = Type.Union([
  rule('failed', within),
  rule('rejects', { over: optional(count('more rejected records or objects than this; 0')), ...within }),
  rule('success_rate', {
    under: percent('a share of the runs'),
    within: duration('of the runs of how long'),
    runs: optional(count('not before there were so many runs; 3', 1)),
  }),
  rule('no_success', { age: duration('since the last success') }),
  rule('missed', {}),
  rule('throughput', { down: percent('slower than the median of like runs by this share') }),
  rule('memory', { over: amount('memory of the process'), ...within }),
  rule('disk_free', { under: text('free space on a disk: 10GB, 5%') }),
  rule('damage', {}),
  rule('stall', {}),
])

/** The URL: in a file, in an environment variable, or written here if nobody else can read this file. */
const address = {
  url: optional(text('https://…, or http://…')),
  url_file: optional(text('a file that holds it')),
  url_env: optional(
    Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$', description: 'the variable that holds it' }),
  ),
  ca_file: optional(text('certificates to trust beside those of the system')),
}

const headers = {
  headers_env: optional(
    Type.Record(Type.String(), Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), {
      description: 'header → the variable that holds its value',
    }),
  ),
}

const sink = <const T extends string, P extends TProperties>(type: T, fields: P) =>
  Type.Object({ type: Type.Literal(type), ...fields }, closed)

export const SinkSchema = Type.Union([
  sink('webhook', { ...address, ...headers }),
  sink('slack', address),
  sink('teams', address),
  sink('alertmanager', { ...address, ...headers }),
  sink('healthchecks', { ...address, ...choice }),
  sink('uptime_kuma', { ...address, ...choice }),
  sink('ping', { ...address, ...choice }),
  sink('command', { argv: texts('a program and its arguments; no shell') }),
  sink('file', { path: text('JSON lines are added to it') }),
  sink('stderr', {}),
])

/** The key `alerts` of a configuration file. */
export const AlertsSchema = Type.Object(
  {
    rules: optional(Type.Array(RuleSchema, { maxItems: 200, description: 'when something is sent' })),
    sinks: Type.Record(Type.String(), SinkSchema, { description: 'where to, by name' }),
    flapping: optional(
      Type.Object(
        {
          episodes: count('after so many episodes …', 2),
          within: duration('… in so long an alert ends only once it was well for as long'),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type RuleEntry = Static<typeof RuleSchema>
export type SinkEntry = Static<typeof SinkSchema>
export type AlertsEntry = Static<typeof AlertsSchema>
