import type { Command } from '../command.ts'

type Load = () => Promise<{ readonly command: Command }>

/** All commands, in the order of help; each is loaded when it is called. Its module exports `command`. */
export const COMMANDS: Readonly<Record<string, Load>> = {
  'index process-jsonl': () => import('./index/process-jsonl.ts'),
  'index sync': () => import('./index/sync.ts'),
  'index watch': () => import('./index/watch.ts'),
  'index validate': () => import('./index/validate.ts'),
  'index status': () => import('./index/status.ts'),
  'col ls': () => import('./col/ls.ts'),
  'col show': () => import('./col/show.ts'),
  'col cat': () => import('./col/cat.ts'),
  'col backup': () => import('./col/backup.ts'),
  'col restore': () => import('./col/restore.ts'),
  'col rm': () => import('./col/rm.ts'),
  'format schema': () => import('./format/schema.ts'),
  'config show': () => import('./config/show.ts'),
  completion: () => import('./completion.ts'),
}

/** What each group of commands is about. */
export const GROUPS: Readonly<Record<string, string>> = {
  index: 'bring a collection up to date with change records',
  col: 'look at collections, back them up, restore and remove them',
  format: 'the formats of what goes in and comes out',
  config: 'where settings come from',
}
