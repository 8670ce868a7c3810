/** A row that this program never writes: another program wrote to the file, or it lost pages. */
export class InvalidEntry extends Error {}

/** The error for a column whose value this program never writes; it shows at most 100 characters of the value. */
export function invalidEntry(name: string, value: unknown): InvalidEntry {
  return new InvalidEntry(`${name} of a run is ${String(value).slice(0, 100)}`)
}
