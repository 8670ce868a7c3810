import {
  followOfCounts,
  pluralize,
  type RunCounts,
  type RunKind,
  type RunRecord,
  sumCounts,
} from '../library.ts'

const RECORDS = ['written', 'deleted', 'unchanged', 'superseded', 'control', 'skipped', 'rejected']

const RESTORED = ['written', 'unchanged', 'deleted', 'filtered', 'rejected', 'skipped']
const DELETED = ['deleted', 'gone', 'changed', 'rejected', 'left']
const ROLLED_BACK = ['put_back', 'removed', 'unchanged', 'left', 'rejected']

/** What a run has done, in one line: the number of inputs, and only the outcomes that occurred. */
export function countsText({ kind, counts }: Pick<RunRecord, 'kind' | 'counts'>): string {
  return counts === undefined ? 'none' : TEXTS[kind](counts)
}

const TEXTS: Readonly<Record<RunKind, (counts: RunCounts) => string>> = {
  ingest: (counts) => records(counts),
  watch: (counts) => `${pluralize(of(counts, 'files'), 'file')}: ${records(counts)}`,
  backup: (counts) =>
    `${pluralize(of(counts, 'objects'), 'object')} in ${pluralize(of(counts, 'parts'), 'part')}`,
  restore: (counts) => `${pluralize(of(counts, 'objects'), 'object')}: ${outcomes(counts, RESTORED)}`,
  copy: (counts) => {
    const facts = followOfCounts(counts)
    if (facts === undefined)
      return `${pluralize(of(counts, 'objects'), 'object')}: ${outcomes(counts, RESTORED)}`
    const { state, passes, written, left } = facts
    return `${state}: ${pluralize(passes, 'pass', 'passes')}, ${written} written, about ${left} left`
  },
  rollback: (counts) => `${pluralize(of(counts, 'objects'), 'object')}: ${outcomes(counts, ROLLED_BACK)}`,
  delete: (counts) => `${pluralize(of(counts, 'objects'), 'object')}: ${outcomes(counts, DELETED)}`,
  verify: (counts) => {
    const parts = `${of(counts, 'parts_checked')} of ${pluralize(of(counts, 'parts'), 'part')}`
    return `${parts}: ${pluralize(of(counts, 'num_errors'), 'fault')}`
  },
  migrate: () => '',
  rehearse: (counts) =>
    `${pluralize(of(counts, 'objects'), 'object')}: ${of(counts, 'proved') === 1 ? 'proved' : pluralize(of(counts, 'num_errors'), 'fault')}`,
  cleanup: (counts) =>
    `${pluralize(of(counts, 'archives'), 'archive')}: ${outcomes(counts, ['removed', 'failed'])}`,
  diff: (counts) =>
    `${pluralize(of(counts, 'compared'), 'object')}: ${outcomes(counts, ['equal', 'only_left', 'only_right', 'different', 'changing'])}`,
  compact: (counts) =>
    `${pluralize(of(counts, 'objects'), 'object')} of ${pluralize(of(counts, 'links'), 'archive')}`,
}

function records(counts: RunCounts): string {
  return `${pluralize(of(counts, 'lines'), 'line')}: ${outcomes(counts, RECORDS)}`
}

function outcomes(counts: RunCounts, names: readonly string[]): string {
  const some = names
    .filter((name) => of(counts, name) > 0)
    .map((name) => `${of(counts, name)} ${name.replaceAll('_', ' ')}`)
  return some.length === 0 ? 'none' : some.join(', ')
}

/** A count, or the sum of the counts by reason. */
function of(counts: RunCounts, name: string): number {
  const count = counts[name] ?? 0
  return typeof count === 'number' ? count : sumCounts(count)
}
