import type { OptionsSchema } from '../../../options/schema.ts'
import { type RestoreOptionsInput, restoreOptions } from '../options.ts'

const { default: _, description: __, ...maxDelete } = restoreOptions.properties.maxDelete
const { undo, keepUndoMs, degraded, verify, waitIndexed, workers, batchSize, batchBytes, retryForMs } =
  restoreOptions.properties

/** How to apply a plan; the plan itself says what to do. */
export const applyOptions = {
  type: 'object',
  name: 'apply',
  description: 'How a plan is applied.',
  properties: {
    maxDelete: {
      ...maxDelete,
      description:
        'refuse a plan that deletes more objects than this; by default, the limit that the plan was made with',
    },
    undo,
    keepUndoMs,
    degraded,
    verify,
    waitIndexed,
    workers,
    batchSize,
    batchBytes,
    retryForMs,
  },
} as const satisfies OptionsSchema

/** The options that are given when a plan is applied: how it writes, not what. */
export type ApplyOptionsInput = Pick<RestoreOptionsInput, keyof (typeof applyOptions)['properties']>
