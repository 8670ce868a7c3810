import { document, list, object, one, optional, text } from './parts.ts'

const LEVELS = ['ok', 'warning', 'fault']

export const doctorDocument = document('doctor', '`doctor --json`.', {
  status: one(LEVELS, 'The worst of all.'),
  checks: list(
    object('What a look at one thing found.', {
      area: one(
        ['node', 'addons', 'directories', 'disk', 'locks', 'databases', 'configuration', 'target'],
        'What it belongs to.',
      ),
      subject: text('What was looked at: a package, a path, a store.'),
      level: one(LEVELS, 'warning: it works, and something is to be done; fault: something does not work.'),
      fact: text('What was found.'),
      next: optional(text('The next step.')),
    }),
    'In the order of the looks.',
  ),
  bundle: optional(text('The file that was written.')),
})
