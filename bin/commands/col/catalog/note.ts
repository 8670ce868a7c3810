import { annotating } from './annotate.ts'

/** `col catalog note`: a word about an archive in place of the one before; an empty one takes it away. */
export const command = annotating({
  verb: 'note',
  summary: 'note a word about an archive; an empty one takes it away',
  more: 'TEXT',
  examples: ["elysiactl col catalog note 20261125t1003 'before the move to 1.37'"],
  change: ([text, ...more]) => (text === undefined || more.length > 0 ? undefined : { note: text }),
  said: ({ note }) => (note === undefined ? 'has no note' : `is noted: ${note}`),
})
