/** A row that this program never writes: another program wrote to the file, or it lost pages. */
export class InvalidEntry extends Error {}

export function invalidEntry(name: string, value: unknown): InvalidEntry {
  return new InvalidEntry(`${name} of a run is ${String(value).slice(0, 100)}`)
}
