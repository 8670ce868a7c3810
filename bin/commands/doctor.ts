import { join } from 'node:path'
import { optionWords } from '../cli/auto/words.ts'
import { backupRoot, catalogFile } from '../cli/catalog.ts'
import type { Command, Context } from '../cli/command.ts'
import { EXIT } from '../cli/exit.ts'
import { allSchemas } from '../cli/registry.ts'
import {
  type Check,
  catalogOptions,
  chooseTarget,
  counted,
  defaultStorePath,
  ElysiaError,
  type HealthReport,
  healthJob,
  historyLibrary,
  layersFor,
  loadAuto,
  loadDoctor,
  messageOf,
  type OptionSchema,
  type OptionsSchema,
  parseTarget,
  readRoots,
  resolve,
  targetOptions,
  userPaths,
} from '../library.ts'

const doctorOptions = {
  type: 'object',
  name: 'doctor',
  description: 'What becomes of what is found.',
  properties: {
    bundle: {
      type: 'string',
      kind: 'file',
      description:
        'write all that helps another person to help into this file (JSON, gzip), without secrets and contents',
      placeholder: 'FILE',
      path: true,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** What the rights of a key are looked at for. */
const JOBS = ['backup', 'restore', 'copy', 'ingest', 'delete'] as const

/** `doctor`: looks at all that a job needs, and changes nothing. */
export const command: Command = {
  summary:
    'look at all that jobs need: Node, addons, directories, disk, databases, locks, configuration, target',
  alsoKnownAs: ['diagnose', 'selfcheck'],
  operands: [],
  showsRefused: true,
  examples: [
    'elysiactl doctor',
    'elysiactl doctor --target production',
    'elysiactl doctor --bundle doctor.json.gz',
  ],
  schemas: [doctorOptions, catalogOptions, targetOptions],
  document: 'doctor',
  exits: ['rejects', 'conflict'],
  docs: 'docs/automation.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const { bundle } = context.options(doctorOptions)
  const checks = await checksFor(context)
  const faults = checks.filter(({ level }) => level === 'fault')
  const warnings = checks.filter(({ level }) => level === 'warning')
  const status = faults.length > 0 ? 'fault' : warnings.length > 0 ? 'warning' : 'ok'
  if (bundle !== undefined) await bundled(context, checks, bundle)
  if (faults.length === 0) context.done()
  if (console.json) await console.document({ status, checks, ...(bundle !== undefined && { bundle }) })
  else await console.print(checks.flatMap(linesOf))
  if (bundle !== undefined) console.note(`written: ${bundle}`)
  const [first] = faults
  const others = warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`
  if (first === undefined) return console.note(`no faults${others}`)
  context.fail(EXIT.rejects, `${counted(faults.length, 'fault')}${others}: ${first.subject}: ${first.fact}`)
}

async function checksFor(context: Context): Promise<Check[]> {
  const doctor = await loadDoctor()
  const { data, config, state, cache } = userPaths()
  const backups = backupRoot(context)
  const roots = [...new Set([backups, ...readRoots(join(state, 'backup-roots.json'))])]
  const others = Object.fromEntries(roots.slice(1).map((root, at) => [`archives ${at + 2}`, root]))
  return [
    doctor.checkNode(),
    ...(await doctor.checkAddons(process.argv[1]!)),
    ...doctor.checkPlaces({ data, config, state, cache, archives: backups, ...others }),
    ...(await doctor.checkLocks(roots)),
    ...doctor.checkDatabases(databasesOf(context, state)),
    ...doctor.checkConfiguration(context.settings),
    ...(await policyChecks(context)),
    ...(await targetChecks(context)),
  ]
}

function databasesOf(context: Context, state: string) {
  const store = embeddedStore(context)
  return [
    {
      what: 'history',
      path: join(state, 'history.db'),
      next: 'the next command moves it aside, and begins a new one',
    },
    {
      what: 'journal',
      path: join(state, 'runs.db'),
      next: 'move it away: interrupted runs into servers then begin anew',
    },
    { what: 'catalog', path: catalogFile(), next: 'the next command makes it anew from the archives' },
    ...(store === undefined
      ? []
      : [
          {
            what: 'store',
            path: store,
            next: 'move it away, and `elysiactl col restore latest:NAME` into a new one',
          },
        ]),
  ]
}

/** The file of the chosen target, where that is one. */
function embeddedStore({ flags, settings }: Context): string | undefined {
  try {
    const { options } = resolve(targetOptions, layersFor(targetOptions, [flags, ...settings.layers]))
    const target = parseTarget(chooseTarget(options.target, '--target', settings).address)
    return target.kind === 'sqlite' ? target.path : undefined
  } catch {
    return defaultStorePath()
  }
}

/** Whether the policies of `auto` can be carried out. */
async function policyChecks({ settings, commands }: Context): Promise<Check[]> {
  const section = settings.sections.find(({ name }) => name === 'auto')
  if (section === undefined) return []
  const { readPolicies } = await loadAuto()
  const check = { area: 'configuration', subject: 'auto' } as const
  try {
    const policies = await readPolicies(section, (words, options, file) =>
      optionWords(commands, words, options, file),
    )
    return [{ ...check, level: 'ok', fact: counted(policies.length, 'policy', 'policies') }]
  } catch (error) {
    return [faultOf(check, error)]
  }
}

function faultOf(check: Pick<Check, 'area' | 'subject'>, error: unknown): Check {
  const next = error instanceof ElysiaError ? error.hint : undefined
  return { ...check, level: 'fault', fact: messageOf(error), ...(next !== undefined && { next }) }
}

async function targetChecks(context: Context): Promise<Check[]> {
  const { checkHealth } = await healthJob()
  const area = 'target'
  let subject = 'target'
  try {
    const { store } = await context.readTarget()
    subject = store.target
    const report = await checkHealth(store)
    const checks: Check[] = [{ area, subject, level: 'ok', fact: reachedText(report) }]
    for (const { level, fact } of report.findings) {
      const next = '`elysiactl cluster health` shows all of it'
      checks.push({ area, subject, level: level === 'stop' ? 'fault' : 'warning', fact, next })
    }
    if (store.kind !== 'weaviate') return checks
    const known = new Set(report.findings.map(({ fact }) => fact))
    for (const job of JOBS) {
      const { findings } = await checkHealth(store, { for: job })
      const missing = findings.filter(({ fact }) => !known.has(fact))
      if (missing.length === 0)
        checks.push({ area, subject, level: 'ok', fact: `the key has the rights for: ${job}` })
      for (const { fact } of missing) {
        const next = 'give its role the right, or use another key'
        checks.push({ area, subject, level: 'warning', fact: `${job} would be refused: ${fact}`, next })
      }
    }
    return checks
  } catch (error) {
    return [faultOf({ area, subject }, error)]
  }
}

function reachedText({ kind, version, nodes, clockDifferenceMs: clock }: HealthReport): string {
  if (kind !== 'weaviate') return `${kind} ${version}`
  const clocks = clock === undefined ? '' : `, clocks differ by ${(clock / 1000).toFixed(1)} s at most`
  return `answers: Weaviate ${version}, ${counted(nodes.length, 'node')}${clocks}`
}

async function bundled(context: Context, checks: readonly Check[], path: string): Promise<void> {
  const { doctorBundle, recentRuns, writeBundle } = await loadDoctor()
  const options = new Map<string, OptionSchema>()
  for (const { properties } of await allSchemas(context.commands))
    for (const [key, option] of Object.entries(properties)) options.set(key, option)
  const isWhole = checks.some(({ subject, level }) => subject.startsWith('history: ') && level === 'ok')
  const history = isWhole ? await openedHistory() : undefined
  const runs = history === undefined ? [] : recentRuns(history)
  history?.close()
  writeBundle(path, doctorBundle({ checks, settings: context.settings, options, runs, env: process.env }))
}

async function openedHistory() {
  const { openHistory, HISTORY_FILE } = await historyLibrary()
  try {
    return openHistory(join(userPaths().state, HISTORY_FILE), { missing: 'memory' })
  } catch {
    return undefined
  }
}

function linesOf({ area, subject, level, fact, next }: Check): string[] {
  const mark = level === 'ok' ? 'ok' : level.toUpperCase()
  return [
    `${mark.padEnd(8)} ${area.padEnd(13)} ${subject}: ${fact}`,
    ...(next === undefined ? [] : [`${' '.repeat(23)}→ ${next}`]),
  ]
}
