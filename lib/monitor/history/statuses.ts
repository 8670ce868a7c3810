/** What began a run: a person's command, the policies of `elysiactl auto`, a cron job, or a program that uses the library. */
export const TRIGGERS = ['user', 'auto', 'cron', 'library'] as const

/**
 * What a run is, by now or at its end. `interrupted` by a person (SIGINT, or the reader of the output went away); `stopped` by SIGTERM or
 * SIGHUP, as service managers and machines that go down send them. `killed` ended without saying so: its process is gone. `missed` is no status of a
 * run: what never ran has no entry.
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
