import { dirname, resolve } from 'node:path'
import { type CheckedSection, checkedSection, type SectionPath } from '../../../config/section.ts'
import type { Section } from '../../../config/sections.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { parseUnit, UNIT_EXAMPLES, type Unit } from '../../../core/units.ts'
import { namePattern } from '../../../file/namePattern.ts'
import { type AlertsEntry, AlertsSchema, type RuleEntry, type SinkEntry } from './schema.ts'
import {
  type AlertSettings,
  type Rule,
  type RunChoice,
  type RunSubject,
  SINKS_OF_RUNS,
  type SinkSetting,
} from './settings.ts'

const DAY_MS = 86_400_000
const REPEAT_MS = DAY_MS
const WITHIN_MS = 7 * DAY_MS
const FLAPPING = { episodes: 3, withinMs: 3_600_000 }
const MOST_SINKS = 32

/** The rules of a configuration that names sinks only. */
const STANDARD_RULES: readonly RuleEntry[] = [{ when: 'failed' }, { when: 'missed' }, { when: 'damage' }]

/**
 * Reads the rules and sinks of the strongest file that has any; undefined if no file has. Reads no secrets yet.
 * @throws ElysiaError ELYSIA_USAGE with the file, line and column of the first fault
 */
export async function readAlertSettings(sections: readonly Section[]): Promise<AlertSettings | undefined> {
  const section = sections.find(({ name }) => name === 'alerts')
  if (section === undefined) return undefined
  const checked = await checkedSection(section, AlertsSchema)
  const { value } = checked
  const sinks = sinksOf(checked)
  const rules = (value.rules ?? STANDARD_RULES).map((entry, at) =>
    ruleOf(checked, entry, ['rules', at], sinks),
  )
  requireNames(checked, rules)
  return { origin: section.origin, rules, sinks, flapping: flappingOf(checked) }
}

type CheckedAlerts = CheckedSection<AlertsEntry>

function flappingOf(checked: CheckedAlerts): AlertSettings['flapping'] {
  const { flapping } = checked.value
  if (flapping === undefined) return FLAPPING
  const { episodes, within } = flapping
  return { episodes, withinMs: measure(checked, ['flapping', 'within'], within) }
}

function sinksOf(checked: CheckedAlerts): SinkSetting[] {
  const entries = Object.entries(checked.value.sinks)
  if (entries.length > MOST_SINKS) throw checked.fault(['sinks'], `there are more than ${MOST_SINKS} sinks`)
  return entries.map(([name, entry]) => sinkOf(checked, name, entry))
}

function sinkOf(checked: CheckedAlerts, name: string, entry: SinkEntry): SinkSetting {
  const path = ['sinks', name]
  if (!/^[\w.-]{1,64}$/.test(name))
    throw checked.fault(path, 'the name of a sink is made of letters, digits, dots, dashes and underscores')
  const rooted = (file: string) => resolve(dirname(checked.origin), file)
  const { type } = entry
  if (type === 'stderr') return { name, type }
  if (type === 'file') return { name, type, path: rooted(entry.path) }
  if (type === 'command') return { name, type, argv: entry.argv, directory: dirname(checked.origin) }
  requireOneAddress(checked, path, entry)
  const { url, url_file: urlFile, url_env: urlEnv, ca_file: caFile } = entry
  return {
    name,
    type,
    ...(url !== undefined && { url, urlIn: checked.origin }),
    ...(urlFile !== undefined && { urlFile: rooted(urlFile) }),
    ...(urlEnv !== undefined && { urlEnv }),
    ...(caFile !== undefined && { caFile: rooted(caFile) }),
    ...('headers_env' in entry && entry.headers_env !== undefined && { headersEnv: entry.headers_env }),
    takes: SINKS_OF_RUNS.includes(type)
      ? choiceOf(checked, path, entry as ChoiceEntry)
      : choiceOf(checked, path, {}),
  }
}

function requireOneAddress(checked: CheckedAlerts, path: SectionPath, entry: object): void {
  const keys = ['url', 'url_file', 'url_env'].filter((key) => Object.hasOwn(entry, key))
  if (keys.length === 1) return
  const fact = keys.length === 0 ? 'this has none' : `this has ${keys.join(' and ')}`
  throw checked.fault(path, `a sink with an address has one of url, url_file, url_env, and ${fact}`)
}

function ruleOf(
  checked: CheckedAlerts,
  entry: RuleEntry,
  path: SectionPath,
  sinks: readonly SinkSetting[],
): Rule {
  const measured = (key: string, text: string) => measure(checked, [...path, key], text)
  const withinMs =
    'within' in entry && entry.within !== undefined ? measured('within', entry.within) : WITHIN_MS
  const base = {
    name: entry.name ?? entry.when,
    severity: entry.severity ?? (WARNINGS.includes(entry.when) ? 'warning' : 'fault'),
    forMs: entry.for === undefined ? 0 : measured('for', entry.for),
    repeatMs: entry.repeat === undefined ? REPEAT_MS : measured('repeat', entry.repeat),
    to: receiversOf(checked, entry, path, sinks),
    takes: choiceOf(checked, path, entry),
    collections: entry.collections ?? [],
  } as const
  switch (entry.when) {
    case 'rejects':
      return { ...base, when: entry.when, over: entry.over ?? 0, withinMs }
    case 'success_rate':
      return { ...base, when: entry.when, under: shareOf(entry.under), runs: entry.runs ?? 3, withinMs }
    case 'no_success':
      return { ...base, when: entry.when, ageMs: measured('age', entry.age) }
    case 'throughput':
      return { ...base, when: entry.when, down: shareOf(entry.down) }
    case 'memory':
      return {
        ...base,
        when: entry.when,
        overBytes: measure(checked, [...path, 'over'], entry.over, 'bytes'),
        withinMs,
      }
    case 'disk_free':
      return { ...base, when: entry.when, ...freeOf(checked, [...path, 'under'], entry.under) }
    case 'failed':
      return { ...base, when: entry.when, withinMs }
    case 'missed':
    case 'damage':
    case 'stall':
      return { ...base, when: entry.when } as Rule
  }
}

const WARNINGS: readonly RuleEntry['when'][] = ['rejects', 'throughput', 'memory', 'stall']

function receiversOf(
  checked: CheckedAlerts,
  { to }: RuleEntry,
  path: SectionPath,
  sinks: readonly SinkSetting[],
): string[] {
  const takers = sinks.filter(({ type }) => !SINKS_OF_RUNS.includes(type)).map(({ name }) => name)
  if (to === undefined) return takers
  for (const [at, name] of to.entries()) {
    if (takers.includes(name)) continue
    const isPing = sinks.some((sink) => sink.name === name)
    const fact = isPing
      ? `the sink ${name} is pinged by runs and takes no alerts`
      : `there is no sink ${name}`
    throw checked.fault([...path, 'to', at], fact, `sinks that take alerts: ${takers.join(', ') || 'none'}`)
  }
  return [...new Set(to)]
}

interface ChoiceEntry {
  readonly kinds?: readonly string[]
  readonly collections?: readonly string[]
  readonly targets?: readonly string[]
  readonly triggers?: readonly string[]
}

function choiceOf(checked: CheckedAlerts, path: SectionPath, entry: ChoiceEntry): RunChoice {
  const { kinds, triggers } = entry
  const collection = matcher(checked, [...path, 'collections'], entry.collections)
  const target = matcher(checked, [...path, 'targets'], entry.targets)
  return {
    subject: (subject: RunSubject) =>
      (kinds === undefined || kinds.includes(subject.kind)) &&
      collection(subject.collection) &&
      target(subject.target),
    trigger: (trigger) => triggers === undefined || triggers.includes(trigger),
    ...(kinds !== undefined && { kinds }),
    ...(triggers !== undefined && { triggers }),
  }
}

function matcher(checked: CheckedAlerts, path: SectionPath, patterns: readonly string[] | undefined) {
  if (patterns === undefined) return () => true
  const matches = patterns.map((pattern, at) => {
    // A target contains slashes, which a name pattern does not match: treat them as any other character.
    try {
      return namePattern(pattern.replaceAll('/', ''), { option: path.join('.'), dot: true })
    } catch (error) {
      if (error instanceof ElysiaError) throw checked.fault([...path, at], error.message, error.hint)
      throw error
    }
  })
  return (name: string) => matches.some((fits) => fits(name.replaceAll('/', '')))
}

function measure(
  checked: CheckedAlerts,
  path: SectionPath,
  text: string,
  unit: Unit = 'milliseconds',
): number {
  const isBare = /^\d+$/.test(text) && Number(text) !== 0
  const value = isBare ? undefined : parseUnit(text, unit)
  if (value !== undefined && value >= 0) return value
  const kind = unit === 'bytes' ? 'size' : 'duration'
  throw checked.fault(
    path,
    `alerts.${path.join('.')} is not a valid ${kind}`,
    `it takes a value like ${UNIT_EXAMPLES[unit]}`,
  )
}

function shareOf(percent: string): number {
  return Number(percent.slice(0, -1)) / 100
}

function freeOf(checked: CheckedAlerts, path: SectionPath, text: string) {
  if (/^\d{1,2}(\.\d{1,3})?%$/.test(text)) return { underShare: shareOf(text) }
  return { underBytes: measure(checked, path, text, 'bytes') }
}

/** Two rules with one name would mistake each other's messages for their own. */
function requireNames(checked: CheckedAlerts, rules: readonly Rule[]): void {
  for (const [at, { name }] of rules.entries()) {
    if (rules.findIndex((rule) => rule.name === name) === at) continue
    throw checked.fault(['rules', at], `there are two rules ${name}`, 'give one of them a name: of its own')
  }
}
