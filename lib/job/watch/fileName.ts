import { parse } from 'node:path'

/** The longest file name on Linux, macOS and Windows, in bytes of UTF-8. */
const MOST_BYTES = 255

/** A name followed by a suffix, cut in the middle if the result would be too long. */
export function suffixedName(name: string, suffix: string): string {
  return `${cut(name, MOST_BYTES - Buffer.byteLength(suffix))}${suffix}`
}

/** `a.jsonl` → `a-1.jsonl`; attempt 0 keeps the name. */
export function numberedName(name: string, attempt: number): string {
  if (attempt === 0) return name
  const { name: stem, ext } = parse(name)
  const suffix = `-${attempt}${ext}`
  return Buffer.byteLength(suffix) < MOST_BYTES / 2
    ? suffixedName(stem, suffix)
    : suffixedName(name, `-${attempt}`)
}

/** The longest beginning of a text, of complete characters, that fits into so many bytes. */
function cut(text: string, bytes: number): string {
  const all = Buffer.from(text)
  if (all.length <= bytes) return text
  let end = bytes
  while (end > 0 && (all[end]! & 0xc0) === 0x80) end--
  return all.toString('utf8', 0, end)
}
