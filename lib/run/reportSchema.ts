import Type from '../core/typebox.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })
const counts = (description: string) =>
  Type.Unsafe<Record<string, number>>({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0 },
    description,
  })

/**
 * The report of a run, as `--json` prints it: the shape of `Report` in lib/core/report.ts, which a test holds equal.
 * The schema of the package (`lib/schema/report.json`) is generated from it; nothing at run time imports it.
 */
export const ReportSchema = Type.Object(
  {
    id: Type.String({ description: 'The id of the run.' }),
    status: Type.Enum(['done', 'interrupted', 'failed'], { description: 'How the run ended.' }),
    collection: Type.String({ description: 'The collection as it was named.' }),
    class: Type.String({ description: 'The class that it is in the store.' }),
    target: Type.String({ description: 'The store, without secrets.' }),
    dry_run: Type.Boolean({ description: 'Nothing was written.' }),
    continued_from_line: count(
      'The line after which an interrupted run was taken up again; 0: the beginning.',
    ),
    lines: count('Lines of the input: `blank` and `records`.'),
    blank: count('Lines without anything but white space.'),
    records: count('Lines that are not blank: the sum of the outcomes that follow.'),
    written: count('Records whose object was written.'),
    deleted: count('Records that removed an object.'),
    unchanged: count('Records after which the store was as before.'),
    superseded: count('Records that a later one of the same batch replaced.'),
    skipped: counts('Records not to be indexed, by reason.'),
    rejected: counts('Records refused, by code.'),
    control: count('Control records.'),
    retries: count('Calls to the store that were repeated.'),
    bytes: count('Bytes of input, decompressed.'),
    started_at: Type.String({ format: 'date-time', description: 'When this process began it.' }),
    seconds: Type.Number({ minimum: 0, description: 'How long the run took.' }),
    rate: Type.Number({ minimum: 0, description: 'Records a second, of those that this process settled.' }),
    peak_rss_bytes: count('The most memory the process held.'),
    commits: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'The last commit by repository, from `new_changeset` lines.',
    }),
    error: Type.Optional(
      Type.Object(
        {
          code: Type.String({ description: 'A code of the list in SPEC.md, "Errors".' }),
          message: Type.String({ description: 'What happened, to what.' }),
        },
        { description: 'Why a failed run ended.' },
      ),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:report:1',
    title: 'elysiactl run report',
    description:
      'What a run did. `lines` = `blank` + `records`; `records` = the sum of the outcomes. Fields may be added.',
  },
)
