import type { Command, Context } from '../../cli/command.ts'
import { didYouMean, ElysiaError } from '../../library.ts'

type Load = () => Promise<{ readonly default: unknown }>

/** Imported, not read: so the compiler puts the files into the package. */
const SCHEMAS: Readonly<Record<string, Load>> = {
  change: () => import('../../../lib/schema/change.json', { with: { type: 'json' } }),
  report: () => import('../../../lib/schema/report.json', { with: { type: 'json' } }),
  reject: () => import('../../../lib/schema/reject.json', { with: { type: 'json' } }),
  event: () => import('../../../lib/schema/event.json', { with: { type: 'json' } }),
  progress: () => import('../../../lib/schema/progress.json', { with: { type: 'json' } }),
  alert: () => import('../../../lib/schema/alert.json', { with: { type: 'json' } }),
  profile: () => import('../../../lib/schema/profile.json', { with: { type: 'json' } }),
  manifest: () => import('../../../lib/schema/manifest.json', { with: { type: 'json' } }),
  header: () => import('../../../lib/schema/header.json', { with: { type: 'json' } }),
  trailer: () => import('../../../lib/schema/trailer.json', { with: { type: 'json' } }),
  plan: () => import('../../../lib/schema/plan.json', { with: { type: 'json' } }),
  pipeline: () => import('../../../lib/schema/pipeline.json', { with: { type: 'json' } }),
  'transform-test': () => import('../../../lib/schema/transform-test.json', { with: { type: 'json' } }),
  status: () => import('../../../lib/schema/status.json', { with: { type: 'json' } }),
  validation: () => import('../../../lib/schema/validation.json', { with: { type: 'json' } }),
  collections: () => import('../../../lib/schema/collections.json', { with: { type: 'json' } }),
  removal: () => import('../../../lib/schema/removal.json', { with: { type: 'json' } }),
  alias: () => import('../../../lib/schema/alias.json', { with: { type: 'json' } }),
  backup: () => import('../../../lib/schema/backup.json', { with: { type: 'json' } }),
  restore: () => import('../../../lib/schema/restore.json', { with: { type: 'json' } }),
  copy: () => import('../../../lib/schema/copy.json', { with: { type: 'json' } }),
  migration: () => import('../../../lib/schema/migration.json', { with: { type: 'json' } }),
  health: () => import('../../../lib/schema/health.json', { with: { type: 'json' } }),
  rollback: () => import('../../../lib/schema/rollback.json', { with: { type: 'json' } }),
  delete: () => import('../../../lib/schema/delete.json', { with: { type: 'json' } }),
  compaction: () => import('../../../lib/schema/compaction.json', { with: { type: 'json' } }),
  undos: () => import('../../../lib/schema/undos.json', { with: { type: 'json' } }),
  archives: () => import('../../../lib/schema/archives.json', { with: { type: 'json' } }),
  archive: () => import('../../../lib/schema/archive.json', { with: { type: 'json' } }),
  verifications: () => import('../../../lib/schema/verifications.json', { with: { type: 'json' } }),
  cleanup: () => import('../../../lib/schema/cleanup.json', { with: { type: 'json' } }),
  diff: () => import('../../../lib/schema/diff.json', { with: { type: 'json' } }),
  rebuild: () => import('../../../lib/schema/rebuild.json', { with: { type: 'json' } }),
  locks: () => import('../../../lib/schema/locks.json', { with: { type: 'json' } }),
  settings: () => import('../../../lib/schema/settings.json', { with: { type: 'json' } }),
  created: () => import('../../../lib/schema/created.json', { with: { type: 'json' } }),
  conformance: () => import('../../../lib/schema/conformance.json', { with: { type: 'json' } }),
  metrics: () => import('../../../lib/schema/metrics.json', { with: { type: 'json' } }),
  runs: () => import('../../../lib/schema/runs.json', { with: { type: 'json' } }),
  run: () => import('../../../lib/schema/run.json', { with: { type: 'json' } }),
  'runs-trimmed': () => import('../../../lib/schema/runs-trimmed.json', { with: { type: 'json' } }),
  'history-entry': () => import('../../../lib/schema/history-entry.json', { with: { type: 'json' } }),
  'monitor-report': () => import('../../../lib/schema/monitor-report.json', { with: { type: 'json' } }),
  'alert-check': () => import('../../../lib/schema/alert-check.json', { with: { type: 'json' } }),
  'alert-test': () => import('../../../lib/schema/alert-test.json', { with: { type: 'json' } }),
  dashboard: () => import('../../../lib/schema/dashboard.json', { with: { type: 'json' } }),
  error: () => import('../../../lib/schema/error.json', { with: { type: 'json' } }),
}

/** `format schema`: the JSON Schema (draft 2020-12) of a format on stdout. */
export const command: Command = {
  summary: 'print the JSON Schema of change records, archives, events, or what --json prints',
  operands: [{ name: 'FORMAT', choices: Object.keys(SCHEMAS), optional: true }],
  usage: '[FORMAT]',
  examples: ['elysiactl format schema > change.json', 'elysiactl format schema backup'],
  schemas: [],
  docs: 'docs/format.md',
  run,
}

async function run({ operands, console }: Context): Promise<void> {
  const [name = 'change'] = operands
  const load = Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined
  const names = Object.keys(SCHEMAS)
  if (load === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `no format is called ${name}`, {
      hint: didYouMean(name, names, `formats are ${names.join(', ')}`),
    })
  }
  const schema = (await load()).default
  await console.printJson([`${JSON.stringify(schema, null, 2)}\n`])
}
