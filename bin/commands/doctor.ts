import { join } from 'node:path'
import { backupRoot, catalogFile } from '../cli/catalog.ts'
import type { Command, Context } from '../cli/command.ts'
import { sectionChecks } from '../cli/doctor/sections.ts'
import { targetChecks } from '../cli/doctor/target.ts'
import { EXIT } from '../cli/exit.ts'
import { allSchemas } from '../cli/registry.ts'
import {
  type Check,
  catalogOptions,
  chooseTarget,
  defaultStorePath,
  historyLibrary,
  layersFor,
  loadDoctor,
  type OptionSchema,
  type OptionsSchema,
  parseTarget,
  pluralize,
  readRoots,
  resolveOptions,
  targetOptions,
  userPaths,
} from '../library.ts'
import { alertsFile } from '../observers/alertSettings.ts'

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

/** `doctor`: checks everything that a job needs, and changes nothing. */
export const command: Command = {
  summary:
    'check everything that jobs need: Node, addons, directories, disk, databases, locks, configuration, target',
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
  else if (!console.quiet) await console.print(checks.flatMap(linesOf))
  if (bundle !== undefined) console.note(`written: ${bundle}`)
  const [first] = faults
  const others = warnings.length === 0 ? '' : `, ${pluralize(warnings.length, 'warning')}`
  if (first === undefined) return console.note(`no faults${others}`)
  context.fail(EXIT.rejects, `${pluralize(faults.length, 'fault')}${others}: ${first.subject}: ${first.fact}`)
}

async function checksFor(context: Context): Promise<Check[]> {
  const doctor = await loadDoctor()
  const { data, config, state, cache } = userPaths()
  const backups = backupRoot(context)
  const roots = [...new Set([backups, ...readRoots(join(state, 'backup-roots.json'))])]
  const others = Object.fromEntries(roots.slice(1).map((root, at) => [`archives ${at + 2}`, root]))
  return [
    doctor.checkNode(),
    ...(await doctor.checkAddons(import.meta.url)),
    ...doctor.checkPlaces({ data, config, state, cache, archives: backups, ...others }),
    ...(await doctor.checkLocks(roots)),
    ...doctor.checkDatabases(databasesOf(context, state)),
    ...doctor.checkConfiguration(context.settings),
    ...(await sectionChecks(context)),
    ...(await targetChecks(context)),
  ]
}

function databasesOf(context: Context, state: string) {
  const store = embeddedStore(context)
  return [
    {
      what: 'alerts',
      path: alertsFile(),
      next: 'move it away: what was sent is forgotten, and is sent again where it still holds',
    },
    {
      what: 'history',
      path: join(state, 'history.db'),
      next: 'the next command moves it aside, and begins a new one',
    },
    {
      what: 'journal',
      path: join(state, 'runs.db'),
      next: 'move it away: interrupted runs into servers then start over',
    },
    { what: 'catalog', path: catalogFile(), next: 'the next command rebuilds it from the archives' },
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

/** The file of the chosen target, if it is one. */
function embeddedStore({ flags, settings }: Context): string | undefined {
  try {
    const { options } = resolveOptions(targetOptions, layersFor(targetOptions, [flags, ...settings.layers]))
    const target = parseTarget(chooseTarget(options.target, '--target', settings).address)
    return target.kind === 'sqlite' ? target.path : undefined
  } catch {
    return defaultStorePath()
  }
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
