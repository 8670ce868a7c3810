import { parse } from 'node:path'

/** The longest name that Linux, macOS and Windows let a file have, in bytes of UTF-8. */
const MOST_BYTES = 255

/** A name followed by a text, cut in the middle where the whole would be too long for a file. */
export function nameWith(name: string, suffix: string): string {
  return `${cut(name, MOST_BYTES - Buffer.byteLength(suffix))}${suffix}`
}

/** `a.jsonl` → `a-1.jsonl`; the file itself, at attempt 0, keeps its name. */
export function numbered(name: string, attempt: number): string {
  if (attempt === 0) return name
  const { name: stem, ext } = parse(name)
  const suffix = `-${attempt}${ext}`
  return Buffer.byteLength(suffix) < MOST_BYTES / 2 ? nameWith(stem, suffix) : nameWith(name, `-${attempt}`)
}

/** The beginning of a text, of whole characters, that takes so many bytes at most. */
function cut(text: string, bytes: number): string {
  const all = Buffer.from(text)
  if (all.length <= bytes) return text
  let end = bytes
  while (end > 0 && (all[end]! & 0xc0) === 0x80) end--
  return all.toString('utf8', 0, end)
}
