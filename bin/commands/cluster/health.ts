import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { type Tables, tableOptions, tablesFor } from '../../cli/tables.ts'
import {
  classNameOf,
  type HealthReport,
  healthJob,
  type OptionsSchema,
  type SurveyedCollection,
  targetOptions,
} from '../../library.ts'

const healthOptions = {
  type: 'object',
  name: 'health',
  description: 'What a look at a cluster is for.',
  properties: {
    for: {
      type: 'string',
      description: 'also check that the key has the permissions for this job',
      enum: ['backup', 'restore', 'copy', 'ingest', 'delete'],
      flagOnly: true,
    },
    collection: {
      type: 'string',
      description: 'check only the shards of this collection, and the permissions on it',
      placeholder: 'NAME',
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

/** `cluster health`: whether the target is healthy, and why a job would be refused. */
export const command: Command = {
  summary: 'check a cluster: nodes, shards, replicas, permissions, clock',
  alsoKnownAs: ['ping'],
  operands: [{ name: 'CLUSTER', optional: true }],
  examples: [
    'elysiactl cluster health',
    'elysiactl cluster health production --for restore --collection Article --json',
  ],
  schemas: [healthOptions, tableOptions, targetOptions],
  document: 'health',
  exits: ['rejects', 'notFound', 'refused', 'unreachable'],
  docs: 'docs/copy.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const [address] = context.operands
  const { for: job, collection } = context.options(healthOptions)
  const other = address === undefined ? undefined : { address, flag: 'CLUSTER' }
  const { store } = await context.readTarget(other)
  const { checkHealth } = await healthJob()
  const report = await checkHealth(store, {
    ...(job !== undefined && { for: job }),
    ...(collection !== undefined && { collection: classNameOf(collection) }),
  })
  if (console.json) await console.document(documentOf(report))
  else await console.print(pageOf(report, await tablesFor(context)))
  const { findings } = report
  if (findings.length === 0) return console.note(`${store.target} is healthy`)
  const [first] = findings
  const more = findings.length === 1 ? '' : `, and ${findings.length - 1} more`
  context.fail(EXIT.rejects, `${store.target} is not healthy: ${first!.fact}${more}`)
}

function documentOf({ clockDifferenceMs, inStep, addresses, nodes, collections, ...rest }: HealthReport) {
  return {
    ...rest,
    addresses,
    nodes: nodes.map(({ readOnly, ...node }) => ({ ...node, read_only: readOnly })),
    collections: collections.map(({ outOfReach, readOnly, copiesWanted, ...one }) => ({
      ...one,
      out_of_reach: outOfReach,
      read_only: readOnly,
      ...(copiesWanted !== undefined && { copies_wanted: copiesWanted }),
    })),
    in_step: inStep ?? null,
    clock_difference_ms: clockDifferenceMs ?? null,
  }
}

function pageOf(report: HealthReport, whole: Tables): string[] {
  const { addresses, nodes, collections, findings } = report
  const tables = {
    of: (...[head, rows]: Parameters<Tables['of']>) => (rows.length === 0 ? [] : whole.of(head, rows)),
  }
  const blocks = [
    tables.of(
      ['node', 'status', 'version', 'objects', 'writes'],
      nodes.map(({ name, status, version = '', objects = '', readOnly }) => [
        name,
        status,
        version,
        objects,
        readOnly ? 'no' : 'yes',
      ]),
    ),
    tables.of(
      ['address', 'live', 'ready'],
      addresses.map(({ address, live, ready }) => [address, yes(live), yes(ready)]),
    ),
    tables.of(
      ['collection', 'shards', 'out of reach', 'read-only', 'copies', 'to index'],
      collections.map(collectionRow),
    ),
    [`schema: ${stepText(report)}`, `clock: ${clockText(report)}`],
    findings.map(({ level, fact }) => `${level}: ${fact}`),
  ].filter((block) => block.length > 0)
  return blocks.flatMap((block, at) => (at === 0 ? block : ['', ...block]))
}

function yes(is: boolean): string {
  return is ? 'yes' : 'no'
}

function collectionRow(one: SurveyedCollection): (string | number)[] {
  const { name, shards, outOfReach, readOnly, copies, copiesWanted, unindexed } = one
  const of = copiesWanted === undefined ? '' : ` of ${copiesWanted}`
  return [name, shards, outOfReach, readOnly, copies === undefined ? '' : `${copies}${of}`, unindexed]
}

function stepText({ inStep, kind }: HealthReport): string {
  if (inStep === undefined) return kind === 'weaviate' ? 'the server does not say' : 'one node'
  return inStep ? 'the same on all nodes' : 'not the same on all nodes'
}

function clockText({ clockDifferenceMs: difference }: HealthReport): string {
  return difference === undefined
    ? 'not known'
    : `at most ${(difference / 1000).toFixed(1)} s from this machine's`
}
