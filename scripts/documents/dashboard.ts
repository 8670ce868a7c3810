import { count, document, flag, optional, text, texts } from './parts.ts'

export const dashboardDocument = document(
  'dashboard',
  '`dashboard --json`: where the page is seen, or what was written.',
  {
    link: optional(text('What to open; it holds the secret that lets in.')),
    host: optional(text('Where the server listens.')),
    port: optional(count('Its port.')),
    file: optional(text('The file of --export.')),
    bytes: optional(count('Its size.')),
    runs: optional(count('How many runs it holds.')),
    is_cut: optional(flag('The history has more.')),
    left_out: optional(texts('What else it is without, so that it stays under 2 MB.')),
  },
)
