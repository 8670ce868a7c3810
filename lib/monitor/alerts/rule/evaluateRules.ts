import type { Rule, RunSubject } from '../config/settings.ts'
import { type Evidence, subjectsIn } from './evidence.ts'
import { type AlertFinding, type AlertFindings, keyOf } from './finding.ts'
import { canJudge, needsReport, ofReport } from './ofReport.ts'
import { judgeRunning, judgeSubject, noSuccess } from './ofRuns.ts'

/** A pending or firing alert: it is always evaluated. */
export interface ActiveAlert {
  readonly rule: string
  readonly subject: RunSubject
  readonly detail: string
}

/**
 * Evaluates the rules. Skips those that need a report if there is none; `watched` are the pending and firing alerts.
 * @throws what the history throws
 */
export function evaluateRules(
  rules: readonly Rule[],
  evidence: Omit<Evidence, 'watched'>,
  watched: readonly ActiveAlert[],
): AlertFindings {
  const whole = { ...evidence, watched: watched.map(({ subject }) => subject) }
  const judged = rules.filter((rule) => canJudge(rule, evidence.report))
  const names = judged.map(({ name }) => name)
  const lapsed = new Set<string>()
  const subjects = subjectsIn(whole)
  const findings = judged.flatMap((rule) => findingsOf(rule, whole, subjects, lapsed))
  for (const one of watched) if (isUnexpected(one, judged, evidence)) lapsed.add(keyOf(one))
  const watchedKeys = watched.filter(({ rule }) => names.includes(rule)).map(keyOf)
  return { rules: names, looked: new Set(watchedKeys), found: findings, lapsed }
}

/** A job that is no longer expected, or not from this directory, was not done after all. */
function isUnexpected(
  { rule: name, subject }: ActiveAlert,
  rules: readonly Rule[],
  { report }: Pick<Evidence, 'report'>,
): boolean {
  if (rules.find((rule) => rule.name === name)?.when !== 'missed') return false
  const { kind, collection, target } = subject
  return !(report?.expected ?? []).some(
    (one) => one.what === kind && one.collection === collection && (one.target ?? '') === target,
  )
}

function findingsOf(
  rule: Rule,
  evidence: Evidence,
  subjects: readonly RunSubject[],
  lapsed: Set<string>,
): AlertFinding[] {
  if (needsReport(rule)) return evidence.report === undefined ? [] : ofReport(rule, evidence.report)
  if (rule.when === 'no_success') return noSuccess(rule, evidence)
  if (rule.when === 'stall') return judgeRunning(rule, evidence)
  const findingsByKey = new Map<string, AlertFinding>()
  for (const subject of subjects) {
    const verdict = judgeSubject(rule, evidence, subject)
    const key = keyOf({ rule: rule.name, subject, detail: '' })
    if (verdict === 'lapsed') lapsed.add(key)
    else if (verdict !== undefined) findingsByKey.set(key, verdict)
  }
  // A running job counts before one that has ended.
  if (rule.when === 'memory')
    for (const finding of judgeRunning(rule, evidence)) findingsByKey.set(keyOf(finding), finding)
  return [...findingsByKey.values()]
}
