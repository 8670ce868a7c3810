import type { OptionsSchema } from '../../options/schema.ts'

const MIB = 1024 * 1024

/** Options for watching a run and keeping it within bounds. */
export const liveOptions = {
  type: 'object',
  name: 'live',
  title: 'Monitoring options',
  description: 'How a run is looked at while it goes on, and how much memory it may take.',
  properties: {
    maxMemory: {
      type: 'integer',
      unit: 'bytes',
      description:
        'about how much memory the process may use: close to it, batches shrink and fewer are in flight',
      example: '512MB',
      minimum: 128 * MIB,
      maximum: 1024 ** 4,
    },
    profile: {
      type: 'boolean',
      description: 'measure each stage, each server and the process, and name the bottleneck',
      default: false,
      flagOnly: true,
    },
    profileOut: {
      type: 'string',
      kind: 'file',
      description: 'write a trace of requests, phases and stages to this file, for ui.perfetto.dev',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
    stallAfterMs: {
      type: 'integer',
      flag: 'stall-after',
      unit: 'milliseconds',
      description: 'name what a run is waiting for when nothing was acknowledged for this long',
      default: 60_000,
      minimum: 1000,
      maximum: 86_400_000,
    },
  },
} as const satisfies OptionsSchema
