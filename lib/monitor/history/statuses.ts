/** What began a run: a person's command, the policies of `elysiactl auto`, a cron job, or a program that uses the library. */
export const TRIGGERS = ['user', 'auto', 'cron', 'library'] as const

/**
 * What a run is, by now or at its end. `killed` ended without saying so: its process is gone. `missed` is no status of a
 * run: what never ran has no entry.
 */
export const HISTORY_STATUSES = ['running', 'done', 'rejects', 'interrupted', 'failed', 'killed'] as const
