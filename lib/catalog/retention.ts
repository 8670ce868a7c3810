import { ElysiaError } from '../errors.ts'
import { keepRequired } from './chains.ts'
import { before, stretchText } from './duration.ts'
import { type Kept, keptByRules } from './keepRules.ts'
import { type GroupKey, hasKeepRules, type Policy } from './policy.ts'
import type { ArchiveStatus } from './status.ts'

/** An archive as retention sees it. */
export interface Candidate {
  readonly id: string
  /** When its scan began, in milliseconds. */
  readonly time: number
  /** When it last changed, where it is not complete; its time unless told. */
  readonly touched?: number
  readonly status: ArchiveStatus
  readonly cluster: string
  readonly collection: string
  /** Names of tenants, separated by commas; empty for a collection without. */
  readonly tenant: string
  readonly tags: readonly string[]
  readonly pinned: boolean
  /** True where its last verification found damage. */
  readonly damaged: boolean
  readonly parent?: string
  /** Of its files; for sums. */
  readonly bytes?: number
}

export interface KeptArchive {
  readonly archive: Candidate
  readonly reasons: string[]
  /** What was left of each count after it, where a count rule looked at it. */
  readonly counters?: Kept['counters']
}

export interface RemovedArchive {
  readonly archive: Candidate
  readonly reasons: string[]
}

export interface GroupPlan {
  /** Only the keys that the policy groups by. */
  readonly key: Readonly<Partial<Record<GroupKey, string>>>
  /** Newest first, like `remove`. */
  readonly keep: readonly KeptArchive[]
  readonly remove: readonly RemovedArchive[]
  readonly warnings: readonly string[]
}

/** What the archives that stand beside those of a plan are: they stay, and so does what they need. */
export interface Beside {
  readonly others?: readonly Candidate[]
  /** True where the archives were chosen by a filter. */
  readonly filtered?: boolean
}

interface Decision {
  readonly archive: Candidate
  keep: boolean
  reasons: string[]
  readonly counters?: Kept['counters']
}

/**
 * Which of these archives stay and which go, by group, in order of key; archives that are `deleted` are left
 * out. Nothing is touched, and the order of the archives does not matter.
 * @throws ElysiaError ELYSIA_USAGE for a policy without rules, ELYSIA_CONFLICT where keep-tag would leave nothing
 * @see docs/retention.md, which states the rules
 */
export function planRetention(
  archives: readonly Candidate[],
  policy: Policy,
  now: number,
  { others = [], filtered = false }: Beside = {},
): GroupPlan[] {
  requireRules(policy, filtered)
  const groups = grouped(archives, policy.groupBy)
  const decided = groups.map(({ key, members }) => ({ key, decisions: decide(key, members, policy, now) }))
  const warnings = keepRequired(
    decided.flatMap(({ decisions }) => decisions),
    others,
  )
  return decided.map(({ key, decisions }) => ({
    key,
    keep: decisions.filter(({ keep }) => keep).map(keptOf),
    remove: decisions.filter(({ keep }) => !keep).map(({ archive, reasons }) => ({ archive, reasons })),
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

/** Of one moment the greater id is the newer: ids begin with their time. */
function newestFirst(a: Candidate, b: Candidate): number {
  return b.time - a.time || (a.id < b.id ? 1 : -1)
}

function isSound({ status, damaged }: Candidate): boolean {
  return status === 'complete' && !damaged
}

function decide(key: Group['key'], members: readonly Candidate[], policy: Policy, now: number): Decision[] {
  const sound = members.filter(isSound)
  const rules = keptByRules(sound, policy, now)
  const spared = policy.olderThan && sparedByAge(sound, policy, now)
  const decisions = members.map((archive) =>
    isSound(archive)
      ? ofSound(archive, policy, rules.get(archive.id), spared)
      : ofOther(archive, sound, policy, now),
  )
  requireTagged(key, sound, decisions, policy)
  if (!policy.allowLast) keepNewest(sound, decisions, now)
  return decisions
}

/**
 * Why archives are not old enough, or have to stay so that the window stays covered (pgBackRest's retention by
 * time): the newest of those that are as old as the window is what its beginning can be restored from.
 */
function sparedByAge(
  sound: readonly Candidate[],
  { olderThan, allowLast }: Policy,
  now: number,
): Map<string, string> {
  const bound = before(now, olderThan!)
  const text = stretchText(olderThan!)
  const young = sound.filter(({ time }) => time >= bound)
  const spared = new Map(young.map(({ id }) => [id, `not older than ${text}`]))
  const covering = sound.find(({ time }) => time <= bound)
  const isLast = covering !== undefined && covering === sound[0]
  if (covering !== undefined && !spared.has(covering.id) && !(allowLast && isLast)) {
    spared.set(covering.id, `covers the last ${text}`)
  }
  return spared
}

function ofSound(
  archive: Candidate,
  policy: Policy,
  rules: Kept | undefined,
  spared: ReadonlyMap<string, string> | undefined,
): Decision {
  const age = spared?.get(archive.id)
  const reasons = [
    ...(archive.pinned ? ['pinned'] : []),
    ...(rules?.reasons ?? []),
    ...(age === undefined ? [] : [age]),
  ]
  const counters = rules?.counters
  if (reasons.length > 0) return { archive, keep: true, reasons, ...(counters && { counters }) }
  const why = [
    ...(policy.olderThan === undefined ? [] : [`older than ${stretchText(policy.olderThan)}`]),
    ...(hasKeepRules(policy) ? ['no rule keeps it'] : []),
  ]
  return { archive, keep: false, reasons: why.length > 0 ? why : ['everything is to be removed'] }
}

/** An archive that no rule counts: one that is not complete, or damaged. */
function ofOther(
  archive: Candidate,
  sound: readonly Candidate[],
  { failedAfter }: Policy,
  now: number,
): Decision {
  const { status, pinned, damaged, time, touched = time } = archive
  if (status === 'deleting') return { archive, keep: false, reasons: ['its removal was begun'] }
  if (pinned) return { archive, keep: true, reasons: ['pinned'] }
  if (status === 'running') return { archive, keep: true, reasons: ['running'] }
  const what = damaged ? 'damaged' : status
  const limit = stretchText(failedAfter)
  if (touched >= before(now, failedAfter)) {
    return { archive, keep: true, reasons: [`${what}, for less than ${limit}`] }
  }
  const hasNewer = sound.some((one) => newestFirst(one, archive) < 0)
  if (damaged && !hasNewer) {
    return { archive, keep: true, reasons: ['damaged, but there is no newer one that is whole'] }
  }
  return { archive, keep: false, reasons: [`${what}, for more than ${limit}`] }
}

/** A tag that nothing has is most likely misspelt. */
function requireTagged(
  key: Group['key'],
  sound: readonly Candidate[],
  decisions: readonly Decision[],
  { tags, allowRemoveAll }: Policy,
): void {
  if (tags.length === 0 || sound.length === 0 || allowRemoveAll) return
  if (decisions.some(({ archive, keep }) => keep && isSound(archive))) return
  const name = Object.values(key).join(', ') || 'all archives'
  const lists = tags.map((list) => list.join(',')).join('; ')
  throw new ElysiaError('ELYSIA_CONFLICT', `--keep-tag ${lists} would remove every archive of ${name}`, {
    hint: 'look at the spelling: `elysiactl col catalog list` shows the tags',
  })
}

/** Archives dated in the future do not stand in for the newest real one. */
function keepNewest(sound: readonly Candidate[], decisions: readonly Decision[], now: number): void {
  const newest = new Set([sound[0]?.id, sound.find(({ time }) => time <= now)?.id])
  for (const decision of decisions) {
    if (decision.keep || !newest.has(decision.archive.id)) continue
    decision.keep = true
    decision.reasons = ['newest complete one']
  }
}
