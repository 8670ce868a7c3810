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
    line: Type.Optional(count('The number of the cut line; absent if unknown.')),
    behind: Type.Optional(
      count('The last line before the remaining bytes; 0 if they come before the first line.'),
    ),
  }),
  event('file_taken', 'A watch has ingested a file.', {
    path: text('The original path of the file.'),
    report: report('The report of the run.'),
    moved_to: Type.Optional(text('The new path of the file; absent if it was deleted.')),
    rejects_path: Type.Optional(text('The file with the rejected records.')),
  }),
  event('file_failed', 'A watch could not ingest a file; it continues with the others.', {
    path: text('The original path of the file.'),
    error: failure('Why.'),
    report: Type.Optional(report('The report of the run; absent if the file could not be opened.')),
    moved_to: Type.Optional(text('The new path of the file; absent if it was deleted.')),
    rejects_path: Type.Optional(text('The file with the rejected records.')),
  }),
  event('file_kept', 'A file was ingested, but could not be moved or deleted.', {
    path: text('The file.'),
    error: failure('Why.'),
  }),
  event('file_passed_over', 'A path matches the pattern, but is not a file that the watch may take.', {
    path: text('The path.'),
    reason: choice(
      ['symbolic link', 'FIFO', 'socket', 'device', 'several names', 'unreadable'],
      'What the path is; a file with several names (hard links) is taken once it has only one.',
    ),
    error: Type.Optional(failure('Why the file is unreadable.')),
  }),
  event('file_grown', 'A file has grown, and its new lines are ingested.', {
    path: text('The file.'),
    line: count('The last line already ingested.'),
  }),
  event('file_started_over', 'A file is ingested from its first line again.', {
    path: text('The file.'),
    reason: choice(
      ['shorter', 'changed', 'group_changed'],
      'The file is shorter, or its beginning has changed; or a file that was coalesced with it cannot be read as before.',
    ),
  }),
] as const
