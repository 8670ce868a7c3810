import { annotateCommand } from './annotate.ts'
import { changeOf, tagText } from './tags.ts'

/** `col catalog untag`. */
export const command = annotateCommand({
  summary: 'remove tags from an archive',
  more: { name: 'TAG', kind: 'tag', many: true },
  examples: ['elysiactl col catalog untag 20261125t1003 gold'],
  change: (words) => changeOf('removeTags', words),
  formatResult: tagText,
})
