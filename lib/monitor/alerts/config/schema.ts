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
  triggers: optional(texts('what started the runs: user, auto, cron, library')),
}

const common = {
  ...choice,
  name: optional(text('the name of the alert; required if two rules have the same `when`')),
  severity: optional(Type.Enum(['fault', 'warning'], { description: 'fault or warning' })),
  for: optional(duration('how long the condition must hold before a message is sent')),
  repeat: optional(duration('how often the message is repeated while the condition holds; 0 for never')),
  to: optional(texts('names of sinks; by default, all that accept alerts')),
}

const rule = <const W extends string, P extends TProperties>(when: W, fields: P) =>
  Type.Object({ when: Type.Literal(when), ...common, ...fields }, closed)

const within = { within: optional(duration('how long such a run counts; 7d')) }

const RuleSchema = Type.Union([
  rule('failed', within),
  rule('rejects', { over: optional(count('more rejected records or objects than this; 0')), ...within }),
  rule('success_rate', {
    under: percent('a share of the runs'),
    within: duration('the period whose runs count'),
    runs: optional(count('the smallest number of runs that counts; 3', 1)),
  }),
  rule('no_success', { age: duration('the time since the last success') }),
  rule('missed', {}),
  rule('throughput', { down: percent('how much slower than the median of similar runs') }),
  rule('memory', { over: amount('memory of the process'), ...within }),
  rule('disk_free', { under: text('free space on a disk: 10GB, 5%') }),
  rule('damage', {}),
  rule('stall', {}),
])

/** The URL: in a file, in an environment variable, or written here if nobody else can read this file. */
const address = {
  url: optional(text('https://…, or http://…')),
  url_file: optional(text('a file that holds the URL')),
  url_env: optional(
    Type.String({
      pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
      description: 'the environment variable that holds the URL',
    }),
  ),
  ca_file: optional(text('certificates to trust beside those of the system')),
}

const headers = {
  headers_env: optional(
    Type.Record(Type.String(), Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), {
      description: 'header → the environment variable that holds its value',
    }),
  ),
}

const sink = <const T extends string, P extends TProperties>(type: T, fields: P) =>
  Type.Object({ type: Type.Literal(type), ...fields }, closed)

const SinkSchema = Type.Union([
  sink('webhook', { ...address, ...headers }),
  sink('slack', address),
  sink('teams', address),
  sink('alertmanager', { ...address, ...headers }),
  sink('healthchecks', { ...address, ...choice }),
  sink('uptime_kuma', { ...address, ...choice }),
  sink('ping', { ...address, ...choice }),
  sink('command', { argv: texts('a program and its arguments; no shell') }),
  sink('file', { path: text('the file that JSON lines are appended to') }),
  sink('stderr', {}),
])

/** The key `alerts` of a configuration file. */
export const AlertsSchema = Type.Object(
  {
    rules: optional(Type.Array(RuleSchema, { maxItems: 200, description: 'when messages are sent' })),
    sinks: Type.Record(Type.String(), SinkSchema, { description: 'where messages are sent, by name' }),
    flapping: optional(
      Type.Object(
        {
          episodes: count('how many episodes within `within` make an alert flap', 2),
          within: duration(
            'the period of the episodes; a flapping alert ends only after this long without a problem',
          ),
        },
        closed,
      ),
    ),
  },
  closed,
)

/** A rule as a configuration file has it, before defaults and units are resolved. */
export type RuleEntry = Static<typeof RuleSchema>
/** A sink as a configuration file has it. */
export type SinkEntry = Static<typeof SinkSchema>
/** The key `alerts` as a configuration file has it. */
export type AlertsEntry = Static<typeof AlertsSchema>
