import { annotating } from './annotate.ts'

/** `col catalog note`: a word about an archive in place of the one before; an empty one takes it away. */
export const command = annotating({
  summary: 'note a word about an archive; an empty one takes it away',
  more: { name: 'TEXT' },
  examples: ["elysiactl col catalog note 20261125t1003 'before the move to 1.37'"],
  change: ([note = '']) => ({ note }),
  formatResult: ({ note }) => (note === undefined ? 'has no note' : `is noted: ${note}`),
})
