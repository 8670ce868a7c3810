import { document, list, object, one, optional, text } from './parts.ts'

const LEVELS = ['ok', 'warning', 'fault']

export const doctorDocument = document('doctor', '`doctor --json`.', {
  status: one(LEVELS, 'The worst level of all checks.'),
  checks: list(
    object('The result of one check.', {
      area: one(
        ['node', 'addons', 'directories', 'disk', 'locks', 'databases', 'configuration', 'target'],
        'What the check belongs to.',
      ),
      subject: text('What was checked: a package, a path, a store.'),
      level: one(LEVELS, 'warning: it works, but something needs attention; fault: it does not work.'),
      fact: text('What was found.'),
      next: optional(text('The next step.')),
    }),
    'The checks, in the order in which they ran.',
  ),
  bundle: optional(text('The bundle file that was written.')),
})
