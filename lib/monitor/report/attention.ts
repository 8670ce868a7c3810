import type { RunPoint } from '../history/entry.ts'
import { isFailed, isOver, type StartedSubject } from '../history/failures.ts'
import type { AttentionItem, MonitorReport } from './schema.ts'
import { ageOf, shellWord } from './words.ts'

/** The rest of the report. */
type Facts = Omit<MonitorReport, 'needs_attention'>

/** A disk with less free space than this share needs attention. */
const LEAST_FREE = 0.05
const LISTED = 50

/** How long a slip is shown, as a warning. */
const SLIP_SHOWN_MS = 86_400_000

/**
 * What needs attention, worst first: faults, then warnings, each in the order of the report. `slips`: runs of subjects that
 * have no others. `succeeded`: the last successful run of each subject.
 */
export function attentionItems(
  facts: Facts,
  stalls: readonly AttentionItem[],
  slips: readonly Pick<RunPoint, 'id' | 'startedMs'>[],
  succeeded: readonly StartedSubject[],
): AttentionItem[] {
  const made = new Map(slips.map(({ id, startedMs }) => [id, startedMs]))
  const past = Date.parse(facts.generated_at) - SLIP_SHOWN_MS
  const success = facts.success.filter(({ last_run: run = '' }) => (made.get(run) ?? past) >= past)
  const all = [
    ...facts.missed.map(missedItem),
    ...success
      .filter((one) => !isOver(beganOf(one), succeeded) && !isOfDamage(one, facts.damaged))
      .flatMap(failed)
      .map((one) => (made.has(one.run ?? '') ? { ...one, severity: 'warning' as const } : one)),
    ...facts.damaged.map(damaged),
    ...undelivered(facts),
    ...facts.disk.flatMap(full),
    ...stalls,
    ...success.filter(({ last_run: run = '' }) => !made.has(run)).flatMap(belowObjective),
    ...facts.trends.flatMap(slower),
    ...facts.never_backed_up.map(neverBackedUp),
    ...unverified(facts),
  ]
  return [...all.filter(isFault), ...all.filter((one) => !isFault(one))]
}

function isFault({ severity }: AttentionItem): boolean {
  return severity === 'fault'
}

const STEPS: Readonly<Record<string, (collection: string) => string>> = {
  backup: (collection) => `elysiactl col backup ${shellWord(collection)}`,
  verify: (collection) => `elysiactl col catalog verify ${shellWord(`latest:${collection}`)}`,
  rehearse: (collection) => `elysiactl col catalog rehearse ${shellWord(`latest:${collection}`)}`,
}

function missedItem(missed: MonitorReport['missed'][number]): AttentionItem {
  const { collection, target = '', what, every_seconds, last_success_at, late_seconds, due_at } = missed
  const noun = what === 'backup' ? 'backup' : what === 'verify' ? 'verification' : 'rehearsal'
  const every = ageOf(every_seconds)
  const message =
    last_success_at === undefined
      ? `${collection}: there never was a ${noun}; one is expected every ${every}`
      : `${collection}: the last good ${noun} is of ${last_success_at}; one is expected every ${every}, so it is ${ageOf(late_seconds)} late`
  const next = STEPS[what]?.(collection)
  return {
    ...{ severity: 'fault', what: 'missed', collection, target, message, since: due_at },
    ...(next !== undefined && { next: withTarget(next, what === 'backup' ? target : '') }),
  }
}

function withTarget(command: string, target: string): string {
  if (target === '') return command
  return `${command} --target ${shellWord(target)}`
}

function beganOf({
  kind,
  collection,
  target,
  last_run_at: at = '',
}: MonitorReport['success'][number]): StartedSubject {
  return { kind, collection, target, startedMs: Date.parse(at) }
}

/** A verification that found damage has failed: the line of the damaged archive already says so, and what to do. */
function isOfDamage(one: MonitorReport['success'][number], damaged: MonitorReport['damaged']): boolean {
  const { kind, collection, last_error: error = '' } = one
  const isDamage = kind === 'verify' && error.startsWith('ELYSIA_DAMAGED')
  return isDamage && damaged.some((archive) => archive.collection === collection)
}

function failed(subject: MonitorReport['success'][number]): AttentionItem[] {
  const { kind, collection, target, last_run: run, last_run_at: since, last_status: status } = subject
  const { last_error: error, last_hint: hint } = subject
  if (run === undefined) return []
  const job = `${kind}${collection === '' ? '' : ` of ${collection}`}`
  const next = `elysiactl runs show ${shellWord(run)}`
  const common = { collection, target, run, ...(since !== undefined && { since }) }
  if (status === 'rejects') {
    const message = `the last ${job} refused some records, or found differences`
    return [{ severity: 'warning', what: 'rejects', message, next, ...common }]
  }
  if (status === undefined || !isFailed(status)) return []
  const message = `the last ${job} ${status === 'killed' ? 'was killed' : 'failed'}${error === undefined ? '' : `: ${error}`}`
  return [{ severity: 'fault', what: 'failed', message, next: stepOf(hint, next), ...common }]
}

/** A hint without a command is followed by the command that shows the run: its end says how to repeat it. */
function stepOf(hint: string | undefined, shows: string): string {
  if (hint === undefined) return shows
  return hint.includes('elysiactl ') ? hint : `${hint}; \`${shows}\` tells more`
}

function damaged({ id, collection, reason }: MonitorReport['damaged'][number]): AttentionItem {
  const message = `the archive ${id} of ${collection} is damaged: ${reason}`
  const next = `elysiactl col catalog verify ${shellWord(id)}`
  return { severity: 'fault', what: 'damaged', collection, target: '', message, next, archive: id }
}

function undelivered({ undelivered: count }: Facts): AttentionItem[] {
  if (count === 0) return []
  const message = `no sink has accepted ${count} alert messages yet`
  return [warningItem('undelivered', message, 'elysiactl alerts test')]
}

function full({ directory, free_bytes, total_bytes }: MonitorReport['disk'][number]): AttentionItem[] {
  if (total_bytes === 0 || free_bytes / total_bytes >= LEAST_FREE) return []
  const message = `the disk of ${directory} has ${Math.floor((free_bytes / total_bytes) * 100)} % left`
  return [warningItem('disk', message, 'elysiactl col catalog cleanup')]
}

function belowObjective(one: MonitorReport['success'][number]): AttentionItem[] {
  const { kind, collection, target, meets_slo: meets, rate = 1 } = one
  if (meets !== false) return []
  const message = `${(rate * 100).toFixed(1)} % of the runs of ${kind}${collection === '' ? '' : ` of ${collection}`} succeeded, less than the objective`
  return [{ severity: 'warning', what: 'objective', collection, target, message }]
}

function slower({ kind, collection, target, regression }: MonitorReport['trends'][number]): AttentionItem[] {
  if (regression === undefined) return []
  const { run, slower: share, rate_per_second: rate, median_per_second: before } = regression
  const percent = Math.round(share * 100)
  const message = `${kind} of ${collection} has become ${percent} % slower: ${rate.toFixed(0)} objects/s, before ${before.toFixed(0)}`
  const next = `elysiactl runs show ${shellWord(run)}`
  return [{ severity: 'warning', what: 'regression', collection, target, message, next, run }]
}

function neverBackedUp({ collection, target }: MonitorReport['never_backed_up'][number]): AttentionItem {
  const next = withTarget(`elysiactl col backup ${shellWord(collection)}`, target)
  const message = `${collection} was never backed up`
  return { severity: 'warning', what: 'never_backed_up', collection, target, message, next }
}

/** One line for each collection: the report lists the archives itself. */
function unverified({ unverified: lines }: Facts): AttentionItem[] {
  const byCollection = Map.groupBy(lines, ({ collection }) => collection)
  return [...byCollection].slice(0, LISTED).map(([collection, some]) => {
    const [first] = some
    const others = some.length > 1 ? ` and ${some.length - 1} more` : ''
    const message = `archives of ${collection} were not verified for long: ${first!.id} (${first!.reason})${others}`
    const next = `elysiactl col catalog verify ${shellWord(first!.id)}`
    return { ...warningItem('unverified', message, next), collection, archive: first!.id }
  })
}

function warningItem(what: string, message: string, next: string): AttentionItem {
  return { severity: 'warning', what, collection: '', target: '', message, next }
}
