import { ElysiaError } from '../../core/errors.ts'
import type { Candidate } from './candidate.ts'
import { newestFirst } from './candidate.ts'
import { keepRequired } from './chains.ts'
import { type Decision, decideGroup, keepNewest } from './decide.ts'
import type { KeepRuleResult } from './keepRules.ts'
import { type GroupKey, hasKeepRules, type Policy } from './policy.ts'
import { type Soundness, soundness } from './soundness.ts'

export type { Candidate } from './candidate.ts'

/** An archive that a plan keeps, and why. */
export interface KeptArchive {
  readonly archive: Candidate
  readonly reasons: string[]
  /** The remainder of each count after this archive, if count rules applied to it. */
  readonly counters?: KeepRuleResult['counters']
}

/** An archive that a plan removes, and why. */
export interface RemovedArchive {
  readonly archive: Candidate
  readonly reasons: string[]
  /** The newest archive that stays and holds at least as much; absent if this one never held anything to lose. */
  readonly displacedBy?: string
}

/** The plan for the archives of one group. */
export interface GroupPlan {
  /** Only the keys that the policy groups by. */
  readonly key: Readonly<Partial<Record<GroupKey, string>>>
  /** Newest first, like `remove`. */
  readonly keep: readonly KeptArchive[]
  readonly remove: readonly RemovedArchive[]
  readonly warnings: readonly string[]
}

/** The archives beside those of a plan: they stay, and so do their bases. */
export interface PlanOptions {
  readonly others?: readonly Candidate[]
  /** True if a filter selected the archives. */
  readonly filtered?: boolean
}

/**
 * Decides which archives stay and which are removed, by group, in order of key; skips `deleted` archives. An archive
 * is removed only if one that stays holds at least as much. Changes nothing, and the order of the archives does not
 * matter.
 * @throws ElysiaError ELYSIA_USAGE for a policy without rules, ELYSIA_CONFLICT if keep-tag would leave nothing
 * @see docs/retention.md, which states the rules
 */
export function planRetention(
  archives: readonly Candidate[],
  policy: Policy,
  now: number,
  { others = [], filtered = false }: PlanOptions = {},
): GroupPlan[] {
  requireRules(policy, filtered)
  const sound = soundness([...archives, ...others])
  const groups = grouped(archives, policy.groupBy)
  const decided = groups.map(({ key, members }) => ({
    key,
    decisions: decide(key, members, policy, now, sound),
  }))
  const all = decided.flatMap(({ decisions }) => decisions)
  const warnings = keepRequired(all, others)
  const staying = new Set(all.filter(({ keep }) => keep).map(({ archive }) => archive.id))
  return decided.map(({ key, decisions }) => ({
    key,
    keep: decisions.filter(({ keep }) => keep).map(keptOf),
    remove: decisions.filter(({ keep }) => !keep).map((decision) => removedOf(decision, staying)),
    warnings: decisions.flatMap(({ archive }) => [
      ...futureWarning(archive, now),
      ...(warnings.get(archive.id) ?? []),
    ]),
  }))
}

function requireRules(policy: Policy, filtered: boolean): void {
  if (policy.olderThan !== undefined || hasKeepRules(policy)) return
  if (policy.allowRemoveAll && filtered) return
  throw new ElysiaError('ELYSIA_USAGE', 'no rule says what to keep: nothing was removed', {
    hint: policy.allowRemoveAll
      ? '--unsafe-allow-remove-all needs a filter as well: --collection, --tag or --cluster'
      : 'give --older-than 30d, or a rule such as --keep-daily 7; --keep-last unlimited removes failed ones only',
  })
}

function keptOf({ archive, reasons, counters }: Decision): KeptArchive {
  return { archive, reasons, ...(counters && Object.keys(counters).length > 0 && { counters }) }
}

function removedOf({ archive, reasons, covering }: Decision, staying: ReadonlySet<string>): RemovedArchive {
  const displacedBy = covering?.find(({ id }) => staying.has(id))?.id
  return { archive, reasons, ...(displacedBy !== undefined && { displacedBy }) }
}

function futureWarning({ id, time }: Candidate, now: number): string[] {
  if (time <= now) return []
  return [`${id} is dated in the future (${new Date(time).toISOString()}): it counts as the newest`]
}

interface Group {
  readonly key: Record<string, string>
  readonly members: Candidate[]
}

function grouped(archives: readonly Candidate[], keys: readonly GroupKey[]): Group[] {
  const groups = new Map<string, Group>()
  for (const archive of archives) {
    if (archive.status === 'deleted') continue
    const name = keys.map((key) => keyValue(archive, key)).join('\0')
    let group = groups.get(name)
    if (group === undefined) {
      group = { key: Object.fromEntries(keys.map((key) => [key, keyValue(archive, key)])), members: [] }
      groups.set(name, group)
    }
    group.members.push(archive)
  }
  for (const { members } of groups.values()) members.sort(newestFirst)
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

function keyValue(archive: Candidate, key: GroupKey): string {
  return key === 'tags' ? archive.tags.toSorted().join(',') : archive[key]
}

function decide(
  key: Group['key'],
  members: readonly Candidate[],
  policy: Policy,
  now: number,
  sound: Soundness,
): Decision[] {
  const decisions = decideGroup(members, policy, now, sound)
  requireTagged(key, decisions, policy, sound)
  if (!policy.allowLast) keepNewest(members, decisions, now, sound)
  return decisions
}

/** A tag that no archive has is most likely misspelled. */
function requireTagged(
  key: Group['key'],
  decisions: readonly Decision[],
  { tags, allowRemoveAll }: Policy,
  sound: Soundness,
): void {
  const counted = decisions.filter(({ archive }) => archive.outside !== true && sound.isSound(archive))
  if (tags.length === 0 || counted.length === 0 || allowRemoveAll) return
  if (counted.some(({ keep }) => keep)) return
  const name = Object.values(key).join(', ') || 'all archives'
  const lists = tags.map((list) => list.join(',')).join('; ')
  throw new ElysiaError('ELYSIA_CONFLICT', `--keep-tag ${lists} would remove every archive of ${name}`, {
    hint: 'check the spelling: `elysiactl col catalog list` shows the tags',
  })
}
