/**
 * What started a run: a person's command, a policy of `elysiactl auto`, a cron job, or a program that uses the library.
 */
export const TRIGGERS = ['user', 'auto', 'cron', 'library'] as const

/**
 * The status of a run. `interrupted`: by a person (SIGINT, or the reader of the output went away); `stopped`: by
 * SIGTERM or SIGHUP, as service managers and shutdowns send them; `killed`: its process is gone without reporting an
 * end. There is no `missed`: what never ran has no entry.
 */
export const HISTORY_STATUSES = [
  'running',
  'done',
  'rejects',
  'interrupted',
  'stopped',
  'failed',
  'killed',
] as const
