/** A row that this program never writes: another program wrote to the file, or it lost pages. */
export class StrangeEntry extends Error {}

export function strange(name: string, value: unknown): StrangeEntry {
  return new StrangeEntry(`${name} of a run is ${String(value).slice(0, 100)}`)
}
