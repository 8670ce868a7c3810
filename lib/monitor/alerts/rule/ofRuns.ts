import { formatUnit, pluralize, roughSize } from '../../../core/units.ts'
import type { HistoryEntry } from '../../history/entry.ts'
import { shellWord } from '../../report/words.ts'
import type { RuleOf, RunSubject } from '../config/settings.ts'
import {
  countedRuns,
  type Evidence,
  endedSince,
  endOf,
  lastCountedRun,
  subjectKey,
  subjectOf,
  subjectText,
} from './evidence.ts'
import type { AlertFinding } from './finding.ts'

/** The verdict of a rule on one subject: a finding, nothing, or a finding that is too old to matter. */
export type RuleVerdict = AlertFinding | 'lapsed' | undefined

type SubjectRule = RuleOf<'failed' | 'rejects' | 'success_rate' | 'memory'>

/** Judges one subject by a rule about ended runs. */
export function judgeSubject(rule: SubjectRule, evidence: Evidence, subject: RunSubject): RuleVerdict {
  if (!rule.takes.subject(subject)) return undefined
  if (rule.when === 'success_rate') return successRate(rule, evidence, subject)
  const entry = lastCountedRun(evidence, subject, rule.takes)
  if (entry === undefined || !rule.takes.trigger(entry.trigger)) return undefined
  const wrong = wrongWith(rule, entry)
  if (wrong === undefined) return undefined
  return evidence.now - endOf(entry) > rule.withinMs ? 'lapsed' : findingOf(rule.name, entry, wrong)
}

function wrongWith(
  rule: Exclude<SubjectRule, RuleOf<'success_rate'>>,
  entry: HistoryEntry,
): string | undefined {
  const { status, rejected = 0, settled_before: before, peak_rss_bytes: peak, error } = entry
  if (rule.when === 'rejects') {
    const all = rejected + (before?.rejected ?? 0)
    return all > rule.over ? `${pluralize(all, 'record was', 'records were')} rejected` : undefined
  }
  if (rule.when === 'memory') {
    return peak > rule.overBytes
      ? `used ${roughSize(peak)} of memory, more than ${roughSize(rule.overBytes)}`
      : undefined
  }
  if (status === 'killed') return 'was killed: its process disappeared'
  if (status !== 'failed') return undefined
  return error === undefined ? 'failed' : `failed: ${error.message}`
}

function findingOf(rule: string, entry: HistoryEntry, wrong: string): AlertFinding {
  const { id, error, status } = entry
  const hasError = error !== undefined && (status === 'failed' || status === 'killed')
  return {
    rule,
    subject: subjectOf(entry),
    detail: '',
    summary: `${subjectText(entry)}: ${wrong}`,
    since: new Date(endOf(entry)).toISOString(),
    run: id,
    ...(hasError && { error }),
    next: `elysiactl runs show ${id}`,
  }
}

function successRate(rule: RuleOf<'success_rate'>, evidence: Evidence, subject: RunSubject): RuleVerdict {
  const ended = endedSince(evidence, subject, evidence.now - rule.withinMs)
  const runs = countedRuns(ended, rule.takes).filter(({ trigger }) => rule.takes.trigger(trigger))
  if (runs.length < rule.runs) return undefined
  const done = runs.filter(({ status }) => status === 'done').length
  const rate = done / runs.length
  if (rate >= rule.under) return undefined
  const share = `${Math.floor(rate * 1000) / 10} %`
  return {
    rule: rule.name,
    subject,
    detail: '',
    summary: `${subjectText(subject)}: ${done} of ${runs.length} runs of the last ${formatUnit(rule.withinMs, 'milliseconds')} were done, ${share}`,
    next: 'elysiactl runs list --status failed,killed,rejects',
  }
}

/** Running jobs that use more memory than the rule allows, or that are stalled. */
export function judgeRunning(rule: RuleOf<'memory' | 'stall'>, { reader }: Evidence): AlertFinding[] {
  const running = reader.list({ status: ['running'], limit: 1000 })
  return running.flatMap((entry) => {
    if (!rule.takes.subject(entry) || !rule.takes.trigger(entry.trigger)) return []
    const { waits_for: waitsFor, rss_bytes: rss = 0, at } = entry.progress ?? {}
    const wrong =
      rule.when === 'memory'
        ? rss > rule.overBytes && `uses ${roughSize(rss)} of memory, more than ${roughSize(rule.overBytes)}`
        : waitsFor !== undefined && `is stalled: it waits for ${waitsFor}`
    if (wrong === false) return []
    return [{ ...findingOf(rule.name, entry, wrong), ...(at !== undefined && { since: at }) }]
  })
}

/** Jobs whose last success is too long ago; a job that never succeeded counts from its first known failure. */
export function noSuccess(rule: RuleOf<'no_success'>, evidence: Evidence): AlertFinding[] {
  const { reader, now } = evidence
  const kinds = rule.takes.kinds ?? ['backup']
  const fits = (subject: RunSubject) => kinds.includes(subject.kind) && rule.takes.subject(subject)
  const successes = reader.lastSuccesses().filter(fits)
  const lastByKey = new Map(
    successes.map((entry) => [subjectKey(entry), { entry, at: endOf(entry), never: false }]),
  )
  const failures = reader.list({ kind: kinds, status: ['failed', 'killed', 'rejects'], limit: 5000 })
  const bySubject = Map.groupBy(failures.filter(fits), subjectKey)
  for (const [key, runs] of bySubject) {
    const first = lastByKey.has(key) ? undefined : countedRuns(runs, rule.takes).at(-1)
    if (first !== undefined)
      lastByKey.set(key, { entry: first, at: Date.parse(first.started_at), never: true })
  }
  const late = [...lastByKey.values()].filter(({ at }) => now - at > rule.ageMs)
  const findings = late.map(({ entry, at, never }) => lateOf(rule, subjectOf(entry), at, never))
  const names = [...lastByKey.values()].map(({ entry }) => entry.collection)
  return [...findings, ...neverRun(rule, kinds, names)]
}

function lateOf(rule: RuleOf<'no_success'>, subject: RunSubject, at: number, never: boolean): AlertFinding {
  const since = new Date(at).toISOString()
  const fact = never
    ? `never succeeded; the first try that is known was at ${since}`
    : `the last success was at ${since}`
  return {
    rule: rule.name,
    subject,
    detail: '',
    summary: `${subjectText(subject)}: ${fact}, more than ${formatUnit(rule.ageMs, 'milliseconds')} ago`,
    since,
    next: `elysiactl runs list --kind ${subject.kind}${subject.collection === '' ? '' : ` --collection ${shellWord(subject.collection)}`}`,
  }
}

/** True for a collection that the rule names literally and that was never even tried. */
function neverRun(
  { name: rule, collections }: RuleOf<'no_success'>,
  kinds: readonly string[],
  withRuns: readonly string[],
) {
  const missing = collections.filter((name) => /^\w+$/.test(name) && !withRuns.includes(name))
  return missing.flatMap((collection) =>
    kinds.map((kind): AlertFinding => {
      const subject = { kind, collection, target: '' }
      return { rule, subject, detail: '', summary: `${subjectText(subject)}: was never run` }
    }),
  )
}
