import { formatUnit, roughSize } from '../../../core/units.ts'
import { shellWord } from '../../report/words.ts'
import type { Rule, RuleOf, RunSubject } from '../config/settings.ts'
import { type ReportedFacts, subjectText } from './evidence.ts'
import type { AlertFinding } from './finding.ts'

type ReportRule = RuleOf<'missed' | 'throughput' | 'disk_free' | 'damage'>

/** True for a rule that cannot be judged without the report. */
export function needsReport(rule: Rule): rule is ReportRule {
  return ['missed', 'throughput', 'disk_free', 'damage'].includes(rule.when)
}

const NEEDED: Readonly<Record<ReportRule['when'], keyof ReportedFacts>> = {
  missed: 'missed',
  throughput: 'trends',
  disk_free: 'disk',
  damage: 'damaged',
}

/** True for a rule whose facts the report contains, or that needs none. */
export function canJudge(rule: Rule, report: ReportedFacts = {}): boolean {
  return !needsReport(rule) || report[NEEDED[rule.when]] !== undefined
}

/** The findings of a rule in the report. */
export function ofReport(rule: ReportRule, report: ReportedFacts): AlertFinding[] {
  const found = findingsOf(rule, report)
  // A disk belongs to no run.
  return rule.when === 'disk_free' ? found : found.filter(({ subject }) => rule.takes.subject(subject))
}

function findingsOf(rule: ReportRule, report: ReportedFacts): AlertFinding[] {
  switch (rule.when) {
    case 'missed':
      return missedFindings(rule.name, report)
    case 'throughput':
      return slower(rule, report)
    case 'disk_free':
      return fullDisks(rule, report)
    default:
      return damaged(rule.name, report)
  }
}

function missedFindings(rule: string, report: ReportedFacts): AlertFinding[] {
  return (report.missed ?? []).map((missed) => {
    const subject = { kind: missed.what, collection: missed.collection, target: missed.target ?? '' }
    const last = missed.last_success_at
    const since = missed.due_at
    const lateMs = Math.round(missed.late_seconds / 60) * 60_000
    const late = lateMs === 0 ? 'just now' : `${formatUnit(lateMs, 'milliseconds')} ago`
    const fact = last === undefined ? 'never succeeded' : `last succeeded at ${last}`
    return {
      rule,
      subject,
      detail: '',
      summary: `${subjectText(subject)}: missed. It was due ${late} (${since}), and ${fact}`,
      since,
      next: 'elysiactl report',
    }
  })
}

function slower({ name: rule, down }: RuleOf<'throughput'>, report: ReportedFacts): AlertFinding[] {
  return (report.trends ?? []).flatMap(({ kind, collection, target, regression }) => {
    if (regression === undefined || regression.slower < down) return []
    const { run, rate_per_second: rate, median_per_second: median } = regression
    const subject = { kind, collection, target }
    const share = `${Math.round(regression.slower * 100)} % slower`
    const summary = `${subjectText(subject)}: ${share} than similar runs, ${Math.round(rate)} instead of ${Math.round(median)} a second`
    return [{ rule, subject, detail: '', summary, run, next: `elysiactl runs show ${run}` }]
  })
}

const NO_RUN: RunSubject = { kind: '', collection: '', target: '' }

function fullDisks(
  { name: rule, underBytes, underShare }: RuleOf<'disk_free'>,
  report: ReportedFacts,
): AlertFinding[] {
  return (report.disk ?? []).flatMap(({ directory, free_bytes: free, total_bytes: total }) => {
    const isLow = underBytes === undefined ? free < (underShare ?? 0) * total : free < underBytes
    if (!isLow) return []
    const summary = `${directory}: ${roughSize(free)} of ${roughSize(total)} are free`
    const next = 'elysiactl col catalog cleanup --dry-run'
    return [{ rule, subject: NO_RUN, detail: directory, summary, next }]
  })
}

function damaged(rule: string, report: ReportedFacts): AlertFinding[] {
  return (report.damaged ?? []).map(({ id, collection, reason }) => {
    const subject = { kind: 'verify', collection, target: '' }
    const summary = `the archive ${id} of ${collection} is damaged: ${reason}`
    return { rule, subject, detail: id, summary, next: `elysiactl col catalog show ${shellWord(id)}` }
  })
}
