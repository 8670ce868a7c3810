import { count, document, flag, optional, text, texts } from './parts.ts'

export const dashboardDocument = document(
  'dashboard',
  '`dashboard --json`: the address of the page, or the file that was written.',
  {
    link: optional(text('The link to open; it contains the secret that gives access.')),
    host: optional(text('The address that the server listens on.')),
    port: optional(count('The port of the server.')),
    file: optional(text('The file of --export.')),
    bytes: optional(count('Size of the file in bytes.')),
    runs: optional(count('The number of runs in the file.')),
    is_cut: optional(flag('True if the history has more runs.')),
    left_out: optional(texts('What else was left out to keep the file under 2 MB.')),
  },
)
