import Type, { type Static } from '../../core/typebox.ts'
import { choice, count, text } from '../../run/event/fields.ts'
import { TrafficSchema } from '../history/trafficSchema.ts'

const amount = (description: string) => Type.Number({ minimum: 0, description })

const Stage = Type.Object({
  name: text('The name of the stage.'),
  streams: count('How many streams have this name: one for each input, part or range.'),
  chunks: count('Chunks that the stage took, or, if it takes none, gave.'),
  worked_seconds: amount('Seconds in which the stage worked, or waited for an answer that it needs.'),
  cpu_seconds: amount('The part of these seconds in which the stage used the main thread.'),
  waited_seconds: amount('Seconds in which the stage waited for the stage before it, or for the thread.'),
  held_back_seconds: amount('Seconds in which the next stage took nothing.'),
  busy: Type.Number({
    minimum: 0,
    maximum: 1,
    description: 'The share of its time in which the stage worked.',
  }),
})

const Target = Type.Object({
  server: text('The address of the server.'),
  requests: count('Requests that have ended.'),
  failed: count('Requests without an answer.'),
  refused: count('Requests that the server answered with an error.'),
  sent_bytes: count('Bytes in the bodies of the requests.'),
  received_bytes: count('Bytes in the answers.'),
  latency_ms: Type.Object(
    {
      p50: amount('Half of the requests took no longer.'),
      p90: amount('90 of 100 requests took no longer.'),
      p99: amount('99 of 100 requests took no longer.'),
      max: amount('No request took longer.'),
    },
    { description: 'Milliseconds from sending a request to its whole answer.' },
  ),
})

/** The findings of --profile. */
export const ProfileSchema = Type.Object(
  {
    seconds: amount('How many seconds were measured.'),
    cpu_seconds: amount('Processor seconds of all threads, user and system time.'),
    event_loop_delay_p99_ms: amount('99 of 100 times, the main thread returned to waiting work this soon.'),
    threads: count('Threads besides the main one.'),
    peak_rss_bytes: count('Peak memory of the process in bytes.'),
    stages: Type.Array(Stage, { description: 'The stages, in the order of the first pipeline.' }),
    targets: Type.Array(Target, { description: 'The servers that received requests.' }),
    traffic: Type.Optional(
      Type.Array(TrafficSchema, {
        description: 'The traffic with each place: servers, stores, archives.',
      }),
    ),
    bottleneck: Type.Object(
      {
        kind: choice(
          ['stage', 'balanced', 'unknown'],
          'stage: one stage holds the others back; balanced: none does; unknown: too little happened to tell.',
        ),
        stage: Type.Optional(text('The name of the stage.')),
        sentence: text('What slows the run down, and what would help.'),
      },
      { description: 'What slowed the run down.' },
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:profile:1',
    title: 'elysiactl profile',
    description: 'What `--profile` found; the history keeps it with the run.',
  },
)

/** The findings of --profile. */
export type Profile = Static<typeof ProfileSchema>
/** How one stage spent its time. */
export type StageProfile = Static<typeof Stage>
/** The requests to one server, and how long they took. */
export type TargetProfile = Static<typeof Target>
/** What limited the run. */
export type Bottleneck = Profile['bottleneck']
