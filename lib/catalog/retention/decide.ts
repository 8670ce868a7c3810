import { periodBefore, periodText } from '../../core/duration.ts'
import type { Candidate } from './candidate.ts'
import { newestFirst } from './candidate.ts'
import { coverageText, covers, isWhole } from './coverage.ts'
import { type CoverageGroup, coverageGroups } from './coverageGroups.ts'
import { applyKeepRules, type KeepRuleResult } from './keepRules.ts'
import { hasKeepRules, type Policy } from './policy.ts'
import type { Soundness } from './soundness.ts'

/** A decision about an archive that can still be changed. */
export interface Decision {
  readonly archive: Candidate
  keep: boolean
  reasons: string[]
  /** The remainder of each count after this archive, if count rules applied to it. */
  readonly counters?: KeepRuleResult['counters']
  /** For an archive to remove: those that can be restored instead, newest first. */
  readonly covering?: readonly Candidate[]
}

/**
 * Decides about the archives of one group, given newest first. Every rule compares an archive only with those that
 * hold at least as much, so only these can displace it.
 */
export function decideGroup(
  members: readonly Candidate[],
  policy: Policy,
  now: number,
  sound: Soundness,
): Decision[] {
  const inside = members.filter(({ outside }) => outside !== true)
  const whole = inside.filter((archive) => sound.isSound(archive))
  const decided = new Map<string, Decision>()
  for (const peers of coverageGroups(whole))
    for (const decision of ofPeers(peers, policy, now)) decided.set(decision.archive.id, decision)
  return members.map((archive) => {
    if (archive.outside === true) return { archive, keep: true, reasons: ['outside the backup root'] }
    return decided.get(archive.id) ?? ofOther(archive, whole, policy, now, sound)
  })
}

function ofPeers({ coverage, own, covering }: CoverageGroup, policy: Policy, now: number): Decision[] {
  const rules = applyKeepRules(covering, policy, now)
  const spared = policy.olderThan && sparedByAge(covering, policy, now)
  const suffix = isWhole(coverage) ? '' : ` (${coverageText(coverage)})`
  return own.map((archive) => ofSound(archive, policy, rules.get(archive.id), spared, suffix, covering))
}

/**
 * Why archives have to stay, by id: they are not old enough, or the whole window has to be covered (pgBackRest's
 * retention by time), since its beginning is restored from the newest archive that is at least as old as the window.
 */
function sparedByAge(
  covering: readonly Candidate[],
  { olderThan, allowLast }: Policy,
  now: number,
): Map<string, string> {
  const bound = periodBefore(now, olderThan!)
  const text = periodText(olderThan!)
  const young = covering.filter(({ time }) => time >= bound)
  const spared = new Map(young.map(({ id }) => [id, `not older than ${text}`]))
  const last = covering.find(({ time }) => time <= bound)
  const isLast = last !== undefined && last === covering[0]
  if (last !== undefined && !spared.has(last.id) && !(allowLast && isLast)) {
    spared.set(last.id, `covers the last ${text}`)
  }
  return spared
}

function ofSound(
  archive: Candidate,
  policy: Policy,
  rules: KeepRuleResult | undefined,
  spared: ReadonlyMap<string, string> | undefined,
  suffix: string,
  covering: readonly Candidate[],
): Decision {
  const age = spared?.get(archive.id)
  const reasons = [
    ...(archive.pinned ? ['pinned'] : []),
    ...[...(rules?.reasons ?? []), ...(age === undefined ? [] : [age])].map((reason) => `${reason}${suffix}`),
  ]
  const counters = rules?.counters
  if (reasons.length > 0) return { archive, keep: true, reasons, ...(counters && { counters }) }
  const why = [
    ...(policy.olderThan === undefined ? [] : [`older than ${periodText(policy.olderThan)}`]),
    ...(hasKeepRules(policy) ? ['no rule keeps it'] : []),
  ]
  return { archive, keep: false, reasons: why.length > 0 ? why : ['everything is to be removed'], covering }
}

/** An archive that no rule counts: incomplete, damaged, or an increment of such an archive. */
function ofOther(
  archive: Candidate,
  whole: readonly Candidate[],
  { failedAfter }: Policy,
  now: number,
  sound: Soundness,
): Decision {
  const { status, pinned, time, touched = time } = archive
  if (status === 'deleting') return { archive, keep: false, reasons: ['its removal has started'] }
  if (pinned) return { archive, keep: true, reasons: ['pinned'] }
  if (status === 'running') return { archive, keep: true, reasons: ['running'] }
  const fault = sound.fault(archive)
  const limit = periodText(failedAfter)
  if (touched >= periodBefore(now, failedAfter)) {
    return { archive, keep: true, reasons: [`${fault}, for less than ${limit}`] }
  }
  const covering = whole.filter((one) => newestFirst(one, archive) < 0 && covers(one.holds, archive.holds))
  // An archive that was complete once may be the only one; one that never was is not worth keeping.
  if (status === 'complete' && covering.length === 0) {
    return { archive, keep: true, reasons: [`${fault}, but no newer undamaged one`] }
  }
  const reasons = [`${fault}, for more than ${limit}`]
  return { archive, keep: false, reasons, ...(status === 'complete' && { covering }) }
}

/**
 * For everything that archives hold, keeps the newest that holds at least as much. Archives dated in the future do
 * not replace the newest real one.
 */
export function keepNewest(
  members: readonly Candidate[],
  decisions: readonly Decision[],
  now: number,
  sound: Soundness,
): void {
  const whole = members.filter((archive) => archive.outside !== true && sound.isSound(archive))
  const newest = new Map<string, string>()
  for (const { coverage, covering } of coverageGroups(whole)) {
    const text = isWhole(coverage) ? 'newest complete one' : `newest complete one (${coverageText(coverage)})`
    const real = covering.find(({ time }) => time <= now)
    for (const { id } of [covering[0]!, ...(real ? [real] : [])]) if (!newest.has(id)) newest.set(id, text)
  }
  for (const decision of decisions) {
    const reason = newest.get(decision.archive.id)
    if (decision.keep || reason === undefined) continue
    decision.keep = true
    decision.reasons = [reason]
  }
}
