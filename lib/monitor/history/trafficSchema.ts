import Type from '../../core/typebox.ts'

const text = (description: string) => Type.String({ description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const amount = (description: string) => Type.Number({ minimum: 0, description })

/** The traffic with one place. */
export const TrafficSchema = Type.Object({
  place: text('A server as HOST:PORT, the file of a SQLite store, or a directory of archives.'),
  bytes_in: count('Bytes received; for a server, everything that came over its connections.'),
  bytes_out: count('Bytes sent.'),
  most_in_per_second: Type.Optional(amount('The most bytes received in one second.')),
  most_out_per_second: Type.Optional(amount('The most bytes sent in one second.')),
  stalls_in: count('How often the run waited long for data from the place.'),
  stalls_out: count('How often the place accepted nothing for long.'),
  stalled_in_seconds: amount('Seconds of all these waits together.'),
  stalled_out_seconds: amount('Seconds of all these stalls together.'),
})
