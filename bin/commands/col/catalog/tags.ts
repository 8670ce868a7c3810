import type { ArchiveRecord } from '../../../library.ts'

/** Tags as words or separated by commas. */
export function tagsOf(words: readonly string[]): string[] {
  const tags = words.flatMap((word) => word.split(',')).map((tag) => tag.trim())
  return tags.filter((tag) => tag !== '')
}

export function tagText({ tags }: ArchiveRecord): string {
  return tags.length === 0 ? 'has no tags' : `is tagged ${tags.join(', ')}`
}
