import Type from '../core/typebox.ts'
import { count, recordCounts } from './event/fields.ts'

/**
 * The report of a run, as `--json` prints it: the shape of `Report` in lib/core/report.ts, and a test checks that they
 * agree. The schema of the package (`lib/schema/report.json`) is generated from it; nothing at run time imports it.
 */
export const ReportSchema = Type.Object(
  {
    id: Type.String({ description: 'The id of the run.' }),
    status: Type.Enum(['done', 'interrupted', 'failed'], { description: 'How the run ended.' }),
    collection: Type.String({ description: 'The collection as the user named it.' }),
    class: Type.String({ description: 'The class in the store.' }),
    target: Type.String({ description: 'The store, without secrets.' }),
    dry_run: Type.Boolean({ description: 'True for a dry run: nothing was written.' }),
    continued_from_line: count(
      'The line after which an interrupted run continued; 0 if it started at the first line.',
    ),
    ...recordCounts,
    workers: Type.Optional(
      count('Batches in flight at once: set by `--workers` or found by `auto`; absent if there were none.'),
    ),
    started_at: Type.String({ format: 'date-time', description: 'When this process started the run.' }),
    seconds: Type.Number({ minimum: 0, description: 'Seconds that the run took.' }),
    rate: Type.Number({ minimum: 0, description: 'Records that this process settled per second.' }),
    peak_rss_bytes: count('Peak memory of the process.'),
    commits: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'The last commit of each repository, from `new_changeset` lines.',
    }),
    coalesced: Type.Optional(
      Type.Object(
        {
          passes: Type.Enum(['two', 'window', 'one'], {
            description:
              '`two`: read all input first, then write only records that no later one replaces; `window`: the same, a part of the input at a time; `one`: only within a batch.',
          }),
          writes_saved: count('Records that later ones replaced before they were written.'),
        },
        { description: 'How the run left out records that later ones replaced.' },
      ),
    ),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'A code of the list in SPEC.md, "Errors".' }),
          message: Type.String({ description: 'What happened, and to what.' }),
        },
        { description: 'Why the run failed.' },
      ),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:report:1',
    title: 'elysiactl run report',
    description:
      'What a run did. `lines` = `blank` + `records`; `records` = the sum of the outcomes. New versions may add fields.',
  },
)
