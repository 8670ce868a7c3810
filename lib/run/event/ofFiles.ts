import type { Report } from '../../core/report.ts'
import Type from '../../core/typebox.ts'
import { ReportSchema } from '../reportSchema.ts'
import { choice, count, event, failure, text } from './fields.ts'

const report = (description: string) =>
  Type.Unsafe<Report>({ ...ReportSchema, $id: undefined, $schema: undefined, description })

/** Events of the files that a run reads. */
export const OF_FILES = [
  event('trailing_bytes', 'Bytes after the last member of a gzip file are ignored.', {
    input: text('The name of the input.'),
  }),
  event('line_cut', 'A stop cut a line of an input; the same command reads it again.', {
    input: text('The name of the input.'),
    line: Type.Optional(count('The line; absent where the bytes do not tell.')),
    behind: Type.Optional(count('The line behind which something is left; 0 before the first.')),
  }),
  event('file_taken', 'A watch has ingested a file.', {
    path: text('The path it had.'),
    report: report('The report of its run.'),
    moved_to: Type.Optional(text('Where it is now; absent where it was deleted.')),
    rejects_path: Type.Optional(text('The file for its rejected records.')),
  }),
  event('file_failed', 'A watch could not ingest a file; it continues with the others.', {
    path: text('The path it had.'),
    error: failure('Why.'),
    report: Type.Optional(report('The report of its run; absent where it could not be opened.')),
    moved_to: Type.Optional(text('Where it is now; absent where it was deleted.')),
    rejects_path: Type.Optional(text('The file for its rejected records.')),
  }),
  event('file_kept', 'A file was ingested, but could not be moved or deleted.', {
    path: text('The file.'),
    error: failure('Why.'),
  }),
  event('file_passed_over', 'Something matches the pattern, but is not a file that may be taken.', {
    path: text('The path.'),
    reason: choice(
      ['symbolic link', 'FIFO', 'socket', 'device', 'several names', 'unreadable'],
      'What it is; a file with a second name (a hard link) is taken when it has one.',
    ),
    error: Type.Optional(failure('Of one that is unreadable: why.')),
  }),
  event('file_grown', 'A file has grown: its new lines are ingested.', {
    path: text('The file.'),
    line: count('After which line.'),
  }),
  event('file_started_over', 'A file was replaced: it is ingested from its first line.', {
    path: text('The file.'),
    reason: choice(['shorter', 'changed'], 'It is shorter, or begins otherwise.'),
  }),
] as const
