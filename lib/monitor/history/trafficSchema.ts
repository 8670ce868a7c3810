import Type from '../../core/typebox.ts'

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const amount = (description: string) => Type.Number({ minimum: 0, description })

/** The traffic with one place. */
export const TrafficSchema = Type.Object({
  place: text('A server as HOST:PORT, the file of a store of SQLite, or the directory that archives lie in.'),
  bytes_in: count('Bytes that came from it; of a server all that came over its connections.'),
  bytes_out: count('Bytes that went to it.'),
  most_in_per_second: Type.Optional(amount('The most that came in one second.')),
  most_out_per_second: Type.Optional(amount('The most that went in one second.')),
  stalls_in: count('How often nothing came from it for long, which was waited for.'),
  stalls_out: count('How often it took nothing for long.'),
  stalled_in_seconds: amount('How long that was, together.'),
  stalled_out_seconds: amount('How long that was, together.'),
})
