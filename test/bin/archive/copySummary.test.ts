// What a finished copy lacks: its exit code stands on it.
import t from 'tap'
import { missingFromCopy } from '../../../bin/commands/col/copying/summary.ts'
import { copyOptions } from '../../../lib/job/copy/options.ts'
import type { CopyReport } from '../../../lib/job/copy/report.ts'
import { resolveInput } from '../../../lib/options/options.ts'

const OPTIONS = { ...resolveInput(copyOptions, {}), sync: true }
const APART = { compared: 10, equal: 8, only_source: 0, only_target: 0, different: 2, changing: 0, gone: 0 }
const FOLLOW = {
  ...{ state: 'finished', passes: 5, written: 10, deleted: 0 },
  ...{ left: 0, per_minute: 0, carried: 2, newer: 0 },
} as const
const SWITCHED = { name: 'Live', before: 'Old', switched: true, dropped: false }
const REPORT = {
  rejected: {},
  references_rejected: 0,
  dry_run: false,
  comparison: APART,
  health: [],
  follow: FOLLOW,
  alias: SWITCHED,
} as Partial<CopyReport> as CopyReport

t.test('what differed before the switch and was carried over is not lacking', async (t) => {
  t.equal(await missingFromCopy(REPORT, OPTIONS, undefined), undefined)
})

t.test('what differs otherwise is', async (t) => {
  for (const report of [
    { ...REPORT, alias: null },
    { ...REPORT, follow: null, alias: null },
    { ...REPORT, follow: { ...FOLLOW, state: 'carrying' as const } },
  ])
    t.match(await missingFromCopy(report, OPTIONS, undefined), /2 objects not the same on both sides/)
})
