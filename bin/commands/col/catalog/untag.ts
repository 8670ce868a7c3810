import { annotating } from './annotate.ts'
import { tagsOf, tagText } from './tags.ts'

/** `col catalog untag`. */
export const command = annotating({
  verb: 'untag',
  summary: 'take tags from an archive',
  more: 'TAG…',
  examples: ['elysiactl col catalog untag 20261125t1003 gold'],
  change: (words) => (words.length === 0 ? undefined : { removeTags: tagsOf(words) }),
  said: tagText,
})
