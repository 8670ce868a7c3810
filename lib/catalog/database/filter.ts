import { ElysiaError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { FilterOptions, ListOptions } from '../options.ts'
import { ARCHIVE_STATUSES, type ArchiveStatus } from '../status.ts'
import type { ArchiveFilter } from './query.ts'

/** Makes a filter from options. @throws ElysiaError ELYSIA_USAGE for an invalid status */
export function filterOf({
  collection,
  cluster,
  tag,
  location,
  ...options
}: FilterOptions & Partial<ListOptions>): ArchiveFilter {
  const { set, since, until, status, where, sort, limit = 0 } = options
  return {
    ...(collection !== undefined && { collection }),
    ...(cluster !== undefined && { cluster }),
    ...(tag !== undefined && { tags: words(tag, /[,;]/) }),
    ...(location !== undefined && { location }),
    ...(set !== undefined && { set }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(status !== undefined && { status: words(status, /,/).map(statusOf) }),
    ...(where !== undefined && { where: words(where, /;/) }),
    ...(sort !== undefined && { sort }),
    ...(limit > 0 && { limit }),
  }
}

function words(text: string, separator: RegExp): string[] {
  return text
    .split(separator)
    .map((word) => word.trim())
    .filter((word) => word !== '')
}

function statusOf(word: string): ArchiveStatus {
  const status = ARCHIVE_STATUSES.find((one) => one === word)
  if (status !== undefined) return status
  throw new ElysiaError('ELYSIA_USAGE', `--status ${word} is not valid`, {
    hint: didYouMean(word, ARCHIVE_STATUSES, `it takes some of ${ARCHIVE_STATUSES.join(', ')}`),
  })
}
