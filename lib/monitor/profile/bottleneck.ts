import type { Bottleneck, StageProfile, TargetProfile } from './schema.ts'

/** Two stages within this ratio are equally busy and hold each other back. */
const ALIKE = 0.9
/** A shorter time says nothing. */
const LEAST_SECONDS = 0.02
/** A stage that uses the main thread for this share of its work is bound by the processor. */
const OF_PROCESSOR = 0.5

/** What would help if the others wait for this stage, by its name. */
const HELP: Readonly<Record<string, string>> = {
  read: 'the input is slower than all that follows: check the disk, the pipe, or the command in front',
  'read pages': 'the source is slower than all that follows: more ranges at once (--workers) ask it more',
  write:
    'the target is slower than all before: more batches in flight (-j auto), or larger ones (--batch-size), may help',
  'scan in threads':
    'threads that read, encode and compress are at their limit: more --threads, or a lower level of --compression',
  room: '--max-memory holds it back: give it more, or take smaller records',
  pace: '--max-rate or --max-bandwidth holds it back, as asked',
  'make parts': 'a lower level of --compression, or --threads, makes parts faster',
}
const HELP_FILE =
  'the file of the store is slower than all before: larger batches (--batch-size), or a faster disk, may help'
const HELP_PROCESSOR =
  'it takes the processor: --threads lets other threads do it, and a faster processor helps'
const HELP_OTHER = 'it waits for what it asks: check that'

/**
 * One sentence on what slowed the pipelines: the stage that worked for most of its time, unless another one worked as
 * much.
 */
export function bottleneckOf(
  stages: readonly StageProfile[],
  targets: readonly TargetProfile[] = [],
): Bottleneck {
  const [first, second] = stages.toSorted((one, other) => other.busy - one.busy)
  if (first === undefined || timeOf(first) < LEAST_SECONDS || first.busy === 0) {
    return { kind: 'unknown', sentence: 'too little happened to tell what held it back' }
  }
  if (second !== undefined && second.busy >= ALIKE * first.busy) {
    const names = `\`${first.name}\` and \`${second.name}\``
    const sentence = `balanced: ${names} worked about as long (${percent(first)} and ${percent(second)} of the time), so that no single stage holds the others back`
    return { kind: 'balanced', sentence }
  }
  const sentence = `\`${first.name}\` holds the others back: it worked ${percent(first)} of the time${slowest(first, targets)}; ${helpFor(first, targets)}`
  return { kind: 'stage', stage: first.name, sentence }
}

function timeOf({
  worked_seconds: worked,
  waited_seconds: waited,
  held_back_seconds: held,
}: StageProfile): number {
  return worked + waited + held
}

function percent({ busy }: StageProfile): string {
  return `${Math.round(busy * 100)} %`
}

/** For stages that ask servers: the latency of the server that was asked most. */
function slowest({ name }: StageProfile, targets: readonly TargetProfile[]): string {
  if (name !== 'write' && name !== 'read pages') return ''
  const [most] = targets.toSorted((one, other) => other.requests - one.requests)
  if (most === undefined) return ''
  const { server, latency_ms: latency } = most
  return `, and ${server} takes ${latency.p50.toFixed(1)} ms for a request (p99 ${latency.p99.toFixed(1)} ms)`
}

function helpFor(
  { name, cpu_seconds: cpu, worked_seconds: worked }: StageProfile,
  targets: readonly TargetProfile[],
): string {
  if (name === 'write' && targets.length === 0) return HELP_FILE
  return HELP[name] ?? (cpu > OF_PROCESSOR * worked ? HELP_PROCESSOR : HELP_OTHER)
}
