import type { Command } from '../../cli/command.ts'
import { sources } from '../../cli/inputs.ts'
import { ingestOptions, runOptions, targetOptions, transformOptions } from '../../library.ts'
import { runIngest } from '../../runIngest.ts'

/** `index process-jsonl FILE…`: files of change records → a collection. */
export const command: Command = {
  records: 'ingest',
  summary: 'bring a collection up to date with files of change records',
  alsoKnownAs: ['ingest', 'import-jsonl'],
  operands: [
    {
      name: 'FILE',
      kind: 'file',
      many: true,
      hint: 'elysiactl index process-jsonl FILE… --collection NAME; `index sync --stdin` reads a pipe',
    },
  ],
  examples: [
    'elysiactl index process-jsonl changes.jsonl --collection source-code',
    'elysiactl index process-jsonl day-*.jsonl.zst --collection source-code --target http://localhost:8080',
    'elysiactl index process-jsonl corrected.jsonl --from-rejects --collection source-code',
    'elysiactl index process-jsonl changes.jsonl --collection source-code --dry-run --json',
  ],
  schemas: [ingestOptions, transformOptions, runOptions, targetOptions],
  document: 'report',
  exits: ['rejects', 'damage', 'conflict', 'locked', 'unreachable'],
  docs: 'docs/format.md',
  continuing: ({ options }) => ({ keeps: !options(ingestOptions).dryRun, drop: ['--fresh'] }),
  async run(context) {
    await runIngest(context, () => sources(context.operands))
  },
}
