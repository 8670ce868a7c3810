import { WHOLE } from '../../../lib/catalog/retention/coverage.ts'
import { type RetentionOptionsInput, retentionOptions } from '../../../lib/catalog/retention/options.ts'
import type { Candidate, GroupPlan } from '../../../lib/catalog/retention/plan.ts'
import { type Policy, policyOf } from '../../../lib/catalog/retention/policy.ts'
import { resolveInput } from '../../../lib/options/options.ts'

/** A complete archive of collection C in cluster c, but for what is given. `time` is a moment as ISO text. */
export function candidate({
  time,
  touched,
  ...input
}: Omit<Partial<Candidate>, 'time' | 'touched'> & {
  readonly id: string
  readonly time: string
  readonly touched?: string
}): Candidate {
  return {
    status: 'complete',
    cluster: 'c',
    collection: 'C',
    tenant: '',
    tags: [],
    pinned: false,
    damaged: false,
    holds: WHOLE,
    location: `/backups/${input.id}`,
    ...input,
    time: Date.parse(time),
    ...(touched !== undefined && { touched: Date.parse(touched) }),
  }
}

/** The policy of these options. */
export function policy(input: RetentionOptionsInput): Policy {
  return policyOf(resolveInput(retentionOptions, input))
}

export function removedIds(groups: readonly GroupPlan[]): string[] {
  return groups.flatMap(({ remove }) => remove.map(({ archive }) => archive.id))
}

export function keptIds(groups: readonly GroupPlan[]): string[] {
  return groups.flatMap(({ keep }) => keep.map(({ archive }) => archive.id))
}
