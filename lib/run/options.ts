import type { OptionsSchema } from '../options/schema.ts'

/** Options of a run, not of its work. */
export const runOptions = {
  type: 'object',
  name: 'run',
  description: 'How one run begins, ends and leaves its traces.',
  properties: {
    rejects: {
      type: 'string',
      kind: 'file',
      description: 'write the rejected records to this file, one JSON line each',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    fresh: {
      type: 'boolean',
      description: 'start at the first line, even if an interrupted run could be continued',
      default: false,
      flagOnly: true,
    },
    runId: {
      type: 'string',
      description: 'the name of this run in status and report',
      placeholder: 'ID',
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      flagOnly: true,
    },
    shutdownTimeoutMs: {
      type: 'integer',
      flag: 'shutdown-timeout',
      unit: 'milliseconds',
      description: 'how long an interrupted run may take to finish batches in flight',
      default: 25_000,
      minimum: 0,
      maximum: 3_600_000,
    },
  },
} as const satisfies OptionsSchema
