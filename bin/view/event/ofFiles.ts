import { basename } from 'node:path'
import { sumCounts } from '../../library.ts'
import type { Texts } from './texts.ts'

const PASSED_OVER = {
  'symbolic link': 'it is a symbolic link, which only --follow-links takes',
  'several names':
    'it has a second name (a hard link), and others may write to this directory; it is taken when it has one',
  FIFO: 'it is a FIFO, not a regular file',
  socket: 'it is a socket, not a regular file',
  device: 'it is a device, not a regular file',
  unreadable: undefined,
} as const

const STARTED_OVER = {
  shorter: 'is shorter than what was taken of it',
  changed: 'no longer begins with what was taken of it',
  group_changed: 'was coalesced with files of which one cannot be read as before',
} as const

/** The texts for events of input files. */
export const OF_FILES = {
  trailing_bytes: ({ input }) =>
    `${input}: bytes behind the end of its last gzip member are left out, as gzip does; is it whole?`,
  line_cut: ({ input, line, behind = 0 }) => {
    const left =
      line === undefined
        ? `what was taken of ${input}${behind === 0 ? '' : ` behind line ${behind}`} is not written`
        : `line ${line} of ${input} was cut by the stop, and is not written`
    return `${left}; the same command gets it again`
  },
  file_taken: ({ path, report }) => {
    const rejects = sumCounts(report.rejected)
    const some = rejects === 0 ? '' : `, ${rejects} of them rejected`
    return `${basename(path)}: ${report.records} records${some}${report.dry_run ? ' (dry run)' : ''}`
  },
  file_failed: ({ path, error }) => `${basename(path)} failed: ${error.message}`,
  file_kept: ({ error: { message, hint } }) =>
    `${message}; its records are settled${hint === undefined ? '' : ` (${hint})`}`,
  file_passed_over: ({ path, reason, error }) =>
    `${basename(path)} is passed over: ${PASSED_OVER[reason] ?? error?.message}`,
  file_grown: ({ path, line }) => `${basename(path)} has grown: goes on after line ${line}`,
  file_started_over: ({ path, reason }) =>
    `${basename(path)} ${STARTED_OVER[reason]}: begins at its first line`,
} satisfies Texts
