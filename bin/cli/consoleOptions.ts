import type { OptionsSchema, ResolvedOptions } from '../library.ts'

/** Options for the command's output. */
export const consoleOptions = {
  type: 'object',
  name: 'console',
  title: 'Output options',
  description: 'What is shown, and in which form.',
  properties: {
    json: {
      type: 'boolean',
      description: 'one JSON document on stdout; errors as JSON on stderr',
      default: false,
      flagOnly: true,
    },
    quiet: {
      type: 'boolean',
      short: 'q',
      description: 'show errors only',
      default: false,
      flagOnly: true,
    },
    progress: {
      type: 'string',
      description:
        'how to show progress: a bar on a terminal, otherwise plain lines (auto); JSON lines on stderr; or nothing',
      enum: ['auto', 'bar', 'plain', 'json', 'none'],
      default: 'auto',
      flagOnly: true,
    },
    verbose: {
      type: 'boolean',
      short: 'v',
      description: 'show more, and where an error came from',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** The resolved options of the console. */
export type ConsoleOptions = ResolvedOptions<typeof consoleOptions>
