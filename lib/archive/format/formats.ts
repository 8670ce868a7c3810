import type { Format, FormatName } from './format.ts'

/** All formats. Each is loaded when needed: Parquet brings its own WebAssembly. */
export const FORMATS: Readonly<Record<FormatName, () => Promise<Format>>> = {
  jsonl: async () => (await import('./jsonl.ts')).jsonl,
  json: async () => (await import('./json.ts')).json,
  parquet: async () => (await import('./parquet/format.ts')).parquet,
}

/** Loads the code of a format. */
export function formatOf(name: FormatName): Promise<Format> {
  return FORMATS[name]()
}
