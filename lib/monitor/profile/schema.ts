import Type, { type Static } from '../../core/typebox.ts'
import { choice, count, text } from '../../run/event/fields.ts'
import { TrafficSchema } from '../history/trafficSchema.ts'

const amount = (description: string) => Type.Number({ minimum: 0, description })

const Stage = Type.Object({
  name: text('Its name.'),
  streams: count('How many of this name there were: one for each input, part or range.'),
  chunks: count('What it took, or, where it takes nothing, gave.'),
  worked_seconds: amount('It had something to do: it did it, or waited for whom it asked.'),
  cpu_seconds: amount('The part of that in which it had the main thread.'),
  waited_seconds: amount('It waited for what comes before it, or for the thread.'),
  held_back_seconds: amount('What comes behind it took nothing.'),
  busy: Type.Number({ minimum: 0, maximum: 1, description: 'The share of its time in which it worked.' }),
})

const Target = Type.Object({
  server: text('Its address.'),
  requests: count('How many had an end.'),
  failed: count('Those without an answer.'),
  refused: count('Those that it answered with an error.'),
  sent_bytes: count('Bytes of their bodies.'),
  received_bytes: count('Bytes of the answers.'),
  latency_ms: Type.Object(
    {
      p50: amount('Half of them took no longer.'),
      p90: amount('Nine of ten.'),
      p99: amount('99 of 100.'),
      max: amount('All.'),
    },
    { description: 'From sending to the whole answer.' },
  ),
})

/** The findings of --profile. */
export const ProfileSchema = Type.Object(
  {
    seconds: amount('How long it was looked on.'),
    cpu_seconds: amount('Processor time of all threads, of the user and of the system.'),
    event_loop_delay_p99_ms: amount('99 of 100 times the main thread came back to waiting things this soon.'),
    threads: count('Threads beside the main one.'),
    peak_rss_bytes: count('The most memory that the process had.'),
    stages: Type.Array(Stage, { description: 'In the order of the first pipeline.' }),
    targets: Type.Array(Target, { description: 'Servers that were asked.' }),
    traffic: Type.Optional(
      Type.Array(TrafficSchema, {
        description: 'What went to each place and came from it: servers, stores, archives.',
      }),
    ),
    bottleneck: Type.Object(
      {
        kind: choice(
          ['stage', 'balanced', 'unknown'],
          'One stage holds the others back; none does; or too little happened to tell.',
        ),
        stage: Type.Optional(text('Its name.')),
        sentence: text('What it is, and what would help.'),
      },
      { description: 'What held the run back.' },
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:profile:1',
    title: 'elysiactl profile',
    description: 'What `--profile` found: kept with the run in the history.',
  },
)

export type Profile = Static<typeof ProfileSchema>
export type StageProfile = Static<typeof Stage>
export type TargetProfile = Static<typeof Target>
export type Bottleneck = Profile['bottleneck']
