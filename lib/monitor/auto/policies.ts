import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import { type CheckedSection, checkedSection, type SectionPath } from '../../config/section.ts'
import type { Section } from '../../config/sections.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import Type, { type Static } from '../../core/typebox.ts'
import { parseUnit } from '../../core/units.ts'
import { cronSchedule, everySchedule, type Schedule } from './schedule.ts'

const text = (description: string) => Type.String({ minLength: 1, maxLength: 1000, description })
const optional = Type.Optional
const names = (description: string) =>
  Type.Array(text(description), { minItems: 1, maxItems: 1000, description })

const Value = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

const Retry = Type.Object(
  {
    times: Type.Integer({ minimum: 1, maximum: 100, description: 'how often' }),
    after: optional(text('a duration: 10m')),
  },
  {
    additionalProperties: false,
    description: 'how often a failed command is tried again, and after how long',
  },
)

const common = {
  name: optional(
    Type.String({
      pattern: '^[A-Za-z0-9._-]{1,64}$',
      description: 'a name of letters, digits, dots, _ and -',
    }),
  ),
  schedule: optional(text('a cron expression of five parts: "0 2 * * *"')),
  timezone: optional(text('a time zone: Europe/Berlin')),
  every: optional(text('a duration: 12h, 1d, 30d')),
  retry: optional(Retry),
  options: optional(
    Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_-]*$' }), Type.Union([Value, Type.Array(Value)]), {
      description: 'options of the command by their flags, without --',
    }),
  ),
}

const part = <P extends Parameters<typeof Type.Object>[0]>(properties: P) =>
  optional(Type.Object({ ...properties, ...common }, { additionalProperties: false }))

/** The section `auto` of a configuration. */
const PoliciesSchema = Type.Array(
  Type.Object(
    {
      backup: part({
        collections: names('names of collections, or patterns'),
        target: optional(text('a target')),
      }),
      verify: part({ collections: optional(names('names of collections, or patterns')) }),
      rehearse: part({
        collections: names('names of collections, or patterns'),
        into: optional(text('a target')),
      }),
      cleanup: part({}),
    },
    { additionalProperties: false, description: 'has to be a set of one key' },
  ),
  { maxItems: 1000 },
)

const POLICY_KINDS = ['backup', 'verify', 'rehearse', 'cleanup'] as const

type PolicyKind = (typeof POLICY_KINDS)[number]

type Written = Partial<Record<PolicyKind, PolicySettings>> & Static<typeof PoliciesSchema>[number]

interface PolicySettings {
  readonly name?: string
  readonly schedule?: string
  readonly timezone?: string
  readonly every?: string
  readonly retry?: Static<typeof Retry>
  readonly collections?: readonly string[]
  readonly target?: string
  readonly into?: string
  readonly options?: Readonly<Record<string, unknown>>
}

/** A job that is done again and again. */
export interface Policy {
  /** The unique name, which also finds the policy's past. */
  readonly name: string
  readonly kind: PolicyKind
  /** Names of collections or patterns; absent for all. */
  readonly collections?: readonly string[]
  readonly schedule: Schedule
  /** The words after the operands of its commands. */
  readonly words: readonly string[]
  /** How often failed commands are tried again, and after how long; absent: only when the policy is due again. */
  readonly retry?: { readonly times: number; readonly afterMs: number }
}

/**
 * Turns options into words for a command.
 * @throws ElysiaError ELYSIA_USAGE for an option that the command does not have, or a value that it does not take
 */
export type OptionWords = (
  command: readonly string[],
  options: Readonly<Record<string, unknown>>,
  file: string,
) => Promise<readonly string[]>

/** The words that a command of each kind begins with. */
export const COMMANDS_OF: Readonly<Record<PolicyKind, readonly string[]>> = {
  backup: ['col', 'backup'],
  verify: ['col', 'catalog', 'verify'],
  rehearse: ['col', 'catalog', 'rehearse'],
  cleanup: ['col', 'catalog', 'cleanup'],
}

/**
 * Reads the policies of a configuration.
 * @throws ElysiaError ELYSIA_USAGE with file, line and column of the first fault
 */
export async function readPolicies(section: Section, wordsOf: OptionWords): Promise<Policy[]> {
  const checked = await checkedSection(section, PoliciesSchema)
  const policies: Policy[] = []
  for (const [at, written] of (checked.value as Written[]).entries()) {
    const policy = await policyOf(written, at, checked, wordsOf)
    if (policies.some(({ name }) => name === policy.name)) {
      const hint = `give one of them another name: { ${policy.kind}: { name: …`
      throw checked.fault([at], `there are two policies ${policy.name}`, hint)
    }
    policies.push(policy)
  }
  return policies
}

async function policyOf(
  written: Written,
  at: number,
  checked: CheckedSection<unknown>,
  wordsOf: OptionWords,
): Promise<Policy> {
  const kinds = POLICY_KINDS.filter((kind) => written[kind] !== undefined)
  const [kind] = kinds
  if (kind === undefined || kinds.length > 1)
    throw checked.fault([at], `a policy has one of ${POLICY_KINDS.join(', ')}`)
  const settings = written[kind]!
  const schedule = scheduleOf(settings, [at, kind], checked)
  const words = await optionWords(kind, settings, [at, kind], checked, wordsOf)
  const retry = retryOf(settings, [at, kind, 'retry'], checked)
  const { collections, name = defaultName(kind, settings) } = settings
  return { name, kind, schedule, words, ...(collections && { collections }), ...(retry && { retry }) }
}

/** The name changes with what is done, but not with when. */
function defaultName(kind: PolicyKind, { collections, target, into, options }: PolicySettings): string {
  const what = JSON.stringify([collections, target, into, options])
  return `${kind}-${createHash('sha256').update(what).digest('hex').slice(0, 8)}`
}

function scheduleOf(
  { schedule, every, timezone }: PolicySettings,
  at: SectionPath,
  { fault }: CheckedSection<unknown>,
): Schedule {
  if ((schedule === undefined) === (every === undefined))
    throw fault(at, 'a policy has either a schedule or every', 'schedule: "0 2 * * *", or every: 1d')
  if (every !== undefined) {
    if (timezone !== undefined) throw fault([...at, 'timezone'], 'timezone needs schedule')
    return attempt(() => everySchedule(every), [...at, 'every'], fault)
  }
  if (timezone !== undefined)
    attempt(() => Intl.DateTimeFormat('en', { timeZone: timezone }), [...at, 'timezone'], fault)
  const made = attempt(() => cronSchedule(schedule!, timezone), [...at, 'schedule'], fault)
  if (made.next(Date.now()) === undefined) throw fault([...at, 'schedule'], `${made.text} never comes`)
  return made
}

const RETRY_AFTER = '10m'

function retryOf(
  { retry }: PolicySettings,
  at: SectionPath,
  { fault }: CheckedSection<unknown>,
): Policy['retry'] | undefined {
  if (retry === undefined) return undefined
  const { times, after = RETRY_AFTER } = retry
  const afterMs = parseUnit(after, 'milliseconds')
  if (afterMs === undefined || afterMs < 1000)
    throw fault([...at, 'after'], 'retry takes a duration of a second or more', 'after: 10m')
  return { times, afterMs }
}

function attempt<T>(make: () => T, at: SectionPath, fault: CheckedSection<unknown>['fault']): T {
  try {
    return make()
  } catch (error) {
    throw fault(at, messageOf(error))
  }
}

async function optionWords(
  kind: PolicyKind,
  { target, into, options = {} }: PolicySettings,
  at: SectionPath,
  { origin, fault }: CheckedSection<unknown>,
  wordsOf: OptionWords,
): Promise<string[]> {
  const own = {
    ...(target !== undefined && { target: resolveTarget(target, origin) }),
    ...(into !== undefined && { into: resolveTarget(into, origin) }),
    ...(kind === 'cleanup' && { yes: true }),
  }
  const words: string[] = []
  for (const [key, value] of [...Object.entries(own), ...Object.entries(options)]) {
    const path = Object.hasOwn(own, key) ? [...at, key] : [...at, 'options', key]
    try {
      words.push(...(await wordsOf(COMMANDS_OF[kind], { [key]: value }, origin)))
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
      throw fault(path, error.message, error.hint)
    }
  }
  return words
}

/** A path in a file is relative to that file. */
function resolveTarget(target: string, file: string): string {
  const scheme = 'sqlite:'
  return target.startsWith(scheme)
    ? `${scheme}${resolve(dirname(file), target.slice(scheme.length))}`
    : target
}
