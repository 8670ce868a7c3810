import { setTimeout as wait } from 'node:timers/promises'
import { lookForAlerts, watchAlertsAfterChanges } from '../alertsWatch.ts'
import { beginChild } from '../cli/auto/child.ts'
import { policiesIn, policiesNow } from '../cli/auto/policies.ts'
import { useCatalog } from '../cli/catalog.ts'
import type { Command, Context } from '../cli/command.ts'
import { EXIT } from '../cli/exit.ts'
import { commandLine } from '../cli/signal/commandLine.ts'
import { type Tables, tableOptions, tablesFor } from '../cli/tables.ts'
import {
  type AutoRun,
  catalogOptions,
  ElysiaError,
  loadAuto,
  metricsListenOptions,
  type OptionsSchema,
  type PlannedPolicy,
  type Policy,
  pluralize,
  runOptions,
  stateLock,
  userPaths,
} from '../library.ts'
import { servingMetrics } from '../metrics.ts'
import { outputMessages } from '../view/live/outputMessages.ts'

const { shutdownTimeoutMs } = runOptions.properties

const autoOptions = {
  type: 'object',
  name: 'auto',
  description: 'How long policies are carried out.',
  properties: {
    once: {
      type: 'boolean',
      description: 'run what is due now, and exit: for cron or a timer',
      default: false,
      flagOnly: true,
    },
    dryRun: {
      type: 'boolean',
      short: 'n',
      description: 'show what is due now and when the rest will be; run nothing',
      default: false,
      flagOnly: true,
    },
    shutdownTimeoutMs,
  },
} as const satisfies OptionsSchema

/** How many commands the document lists without --once. */
const MOST_REPORTED = 1000

/** `auto`: runs the policies of the configuration when they are due. */
export const command: Command = {
  summary: 'run what the configured policies say is due: backups, verifications, rehearsals, cleanups',
  alsoKnownAs: ['schedule', 'daemon'],
  operands: [],
  examples: [
    'elysiactl auto --dry-run',
    'elysiactl auto --once   # from cron, every few minutes',
    'elysiactl auto          # as a service: stays, until SIGTERM',
  ],
  schemas: [autoOptions, catalogOptions, tableOptions, metricsListenOptions],
  document: 'auto',
  exits: ['rejects', 'locked', 'terminated'],
  docs: 'docs/automation.md',
  continuing: () => ({ keeps: true }),
  run: (context) => servingMetrics(context, (ready) => carryOutPolicies(context, ready)),
}

async function carryOutPolicies(context: Context, ready: () => void): Promise<void> {
  const { console, settings } = context
  const { once, dryRun } = context.options(autoOptions)
  const { AutoNotes, plannedPolicies, commandsOf } = await loadAuto()
  const policies = await policiesIn(context, settings)
  if (policies === undefined) throw noPolicies()
  const { state } = userPaths()
  if (dryRun) {
    const notes = new AutoNotes(state, { look: true })
    const archived = await archivedCollections(context)
    const planned = plannedPolicies(policies, notes, Date.now(), (policy) =>
      commandsOf(policy, () => archived),
    )
    context.done()
    if (console.json) return console.document({ dry_run: true, policies: planned, runs: [], failed: 0 })
    return console.print(pageOf(await tablesFor(context), planned))
  }
  const lock = stateLock(state, 'auto', 'the policies: another `elysiactl auto`')
  ready()
  try {
    const notes = new AutoNotes(state)
    if (notes.movedTo !== undefined)
      console.warn(
        `the notes about policies were damaged, and moved to ${notes.movedTo}: what was missed is unknown`,
      )
    const watch = once ? undefined : await watchAlertsAfterChanges(context)
    const now = policiesNow(context, policies, async (read) => watch?.take(read))
    const { runs, failed } = await carryOut(context, now, notes, once).finally(() => watch?.end())
    if (once) await lookForAlerts(context, context.signal)
    if (failed === 0 && once) context.done()
    if (console.json) await console.document({ dry_run: false, policies: [], runs, failed })
    else if (once && runs.length === 0) console.note('nothing is due')
    const first = runs.find(({ exit }) => exit !== 0)
    if (failed > 0 && first !== undefined)
      context.fail(EXIT.rejects, `${pluralize(failed, 'command')} failed: ${failureText(first)}`)
  } finally {
    lock.release()
  }
}

async function carryOut(
  context: Context,
  policies: () => Promise<readonly Policy[]>,
  notes: InstanceType<Awaited<ReturnType<typeof loadAuto>>['AutoNotes']>,
  once: boolean,
): Promise<{ readonly runs: readonly AutoRun[]; readonly failed: number }> {
  const { runPolicies, commandsOf, ownerOf } = await loadAuto()
  const { console, stop, signal } = context
  const runs: AutoRun[] = []
  let failed = 0
  let awaited: number | undefined
  await runPolicies(
    policies,
    { once },
    {
      notes,
      stop,
      now: () => Date.now(),
      wait: (ms) => wait(ms, undefined, { signal: stop }).catch(() => {}),
      commandsOf: async (policy) => commandsOf(policy, await archivedFor(context, policy)),
      begin(words) {
        console.note(`runs ${commandLine(words)}`)
        const onOutput = console.progress === 'json' ? outputMessages(console) : undefined
        return beginChild(words, { quiet: console.quiet, stopping: signal, ownerOf, onOutput })
      },
      onRun(run) {
        runs.push(run)
        if (runs.length > MOST_REPORTED) runs.shift()
        if (run.exit === 0) return console.note(`done: ${commandLine(run.command)} (${run.policy})`)
        failed += 1
        console.warn(failureText(run))
      },
      onAgain: ({ name }, at) =>
        console.note(`${name}: what failed is tried again at ${new Date(at).toISOString()}`),
      onNothing: ({ name }) => console.warn(`${name}: no collection with archives matches, so nothing runs`),
      onWait(until) {
        if (until === awaited) return
        awaited = until
        console.note(
          until === undefined ? 'nothing will ever be due' : `next: ${new Date(until).toISOString()}`,
        )
      },
    },
  )
  return { runs, failed }
}

/** A command has reported its own failure, and its history knows it. */
function failureText({ policy, command, exit }: AutoRun): string {
  const why = exit === EXIT.locked ? 'another process is working on it' : `exit ${exit}`
  return `${policy}: ${why}: ${commandLine(command)}`
}

/** Asks the catalog only if something must be chosen from it. */
async function archivedFor(context: Context, { kind }: Policy): Promise<() => readonly string[]> {
  if (kind !== 'verify' && kind !== 'rehearse') return () => []
  const names = await archivedCollections(context)
  return () => names
}

async function archivedCollections(context: Context): Promise<string[]> {
  const all = await useCatalog(context, (catalog) => catalog.list({ status: ['complete'] }))
  return [...new Set(all.map(({ collection }) => collection))].sort()
}

function pageOf(tables: Tables, planned: readonly PlannedPolicy[]): string[] {
  const time = (iso: string | undefined) => (iso === undefined ? '' : tables.time(iso))
  const rows = planned.map((policy) => {
    const {
      name,
      schedule,
      due_since,
      tries_again = false,
      next_at,
      last_at,
      last_exit = '',
      commands,
    } = policy
    const [first, ...more] = commands.map((words) => commandLine(words))
    const what = more.length === 0 ? (first ?? 'nothing fits') : `${first} and ${more.length} more`
    const due = due_since === undefined ? '' : `${tries_again ? 'again ' : ''}since ${time(due_since)}`
    return [name, schedule, due, time(next_at), time(last_at), last_exit, what]
  })
  return tables.of(['policy', 'schedule', 'due', 'next', 'last', 'exit', 'command'], rows)
}

function noPolicies(): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', 'the configuration has no policies', {
    hint: `say in your own file what to run, and when: auto: [{ backup: { collections: [Article], schedule: "0 2 * * *" } }]; see docs/automation.md`,
  })
}
