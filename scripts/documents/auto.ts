import { count, document, flag, list, moment, number, object, one, optional, text, texts } from './parts.ts'

export const autoDocument = document('auto', '`auto --json`, at its end.', {
  dry_run: flag('Nothing was done.'),
  policies: list(
    object('A policy.', {
      name: text('Its name.'),
      kind: one(['backup', 'verify', 'rehearse', 'cleanup'], 'What it does.'),
      schedule: text('When: a cron expression and its time zone, or `every 1d`.'),
      due: flag('It is due.'),
      due_since: optional(moment('Since when; absent where it is not.')),
      tries_again: optional(flag('It is due because what failed the last time is tried again.')),
      next_at: optional(moment('When it is due next: once it is done now, where it is due.')),
      last_at: optional(moment('When it was last begun; absent where it never was.')),
      last_exit: optional(count('The exit code then, the highest of its commands.')),
      running_pid: optional(count('The process that works on it still.')),
      commands: list(texts('The words of a command.'), 'What it does, in order.'),
    }),
    'With --dry-run all policies, in the order of the configuration; else none.',
  ),
  runs: list(
    object('A command that has ended.', {
      policy: text('Its policy.'),
      command: texts('Its words.'),
      started_at: moment('When it was started.'),
      seconds: number('How many seconds it took.'),
      exit: count('Its exit code; 11 too where an earlier one of the policy is still at work.'),
    }),
    'In the order of their end; of one that stays the last 1000.',
  ),
  failed: count('Commands with another exit code than 0.'),
})
