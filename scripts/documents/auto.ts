import { count, document, flag, list, moment, number, object, one, optional, text, texts } from './parts.ts'

export const autoDocument = document('auto', '`auto --json`, at its end.', {
  dry_run: flag('True for a dry run: nothing was done.'),
  policies: list(
    object('A policy.', {
      name: text('The name of the policy.'),
      kind: one(['backup', 'verify', 'rehearse', 'cleanup'], 'The job of the policy.'),
      schedule: text('When: a cron expression and its time zone, or `every 1d`.'),
      due: flag('True if the policy is due.'),
      due_since: optional(moment('Since when it is due; absent if it is not.')),
      tries_again: optional(
        flag('True if the policy is due because it failed last time and is tried again.'),
      ),
      next_at: optional(moment('When the policy is due next; if it is due now, the time after that.')),
      last_at: optional(moment('When the policy last started; absent if it never did.')),
      last_exit: optional(count('The highest exit code of its commands that time.')),
      running_pid: optional(count('The id of the process that is still working on it.')),
      commands: list(texts('The words of a command.'), 'The commands of the policy, in order.'),
    }),
    'With --dry-run, all policies in the order of the configuration; else none.',
  ),
  runs: list(
    object('A command that has ended.', {
      policy: text('The name of the policy.'),
      command: texts('The words of the command.'),
      started_at: moment('When the command started.'),
      seconds: number('How many seconds the command took.'),
      exit: count('The exit code; 11 also if an earlier command of the policy is still running.'),
    }),
    'The commands, in the order of their end; the last 1000 if auto keeps running.',
  ),
  failed: count('Commands with an exit code other than 0.'),
})
