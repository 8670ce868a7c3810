import { annotateCommand } from './annotate.ts'

/** `col catalog pin`: protects an archive from cleanup. */
export const command = annotateCommand({
  summary: 'protect an archive from every cleanup',
  examples: ['elysiactl col catalog pin 20261125t1003'],
  change: () => ({ pinned: true }),
  formatResult: () => 'is pinned: no cleanup removes it',
})
