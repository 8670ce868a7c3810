import { resolve } from 'node:path'
import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import {
  type ConformanceReport,
  conformanceJob,
  conformanceOptions,
  ElysiaError,
  pluralize,
} from '../../library.ts'

/** `format conformance`: a kit to test a consumer in any language, and what its dump lacks. */
export const command: Command = {
  summary: 'write a conformance kit (records and their end states), or check a consumer against it',
  operands: [
    { name: 'check', optional: true },
    { name: 'DIR', kind: 'file', optional: true },
    { name: 'DUMP|-', kind: 'file', optional: true },
  ],
  usage: 'DIR | check DIR DUMP|-',
  examples: [
    'elysiactl format conformance kit',
    'elysiactl format conformance check kit dump.jsonl',
    'my-consumer kit | elysiactl format conformance check kit -',
  ],
  schemas: [conformanceOptions],
  document: 'conformance',
  exits: ['rejects', 'conflict', 'notFound'],
  docs: 'docs/producers-and-consumers.md',
  run,
}

async function run(context: Context): Promise<void> {
  const [first, directory, dump] = context.operands
  if (first === 'check' && directory !== undefined && dump !== undefined) {
    return check(context, directory, dump)
  }
  if (first === undefined || directory !== undefined) {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      'format conformance takes a directory, or check with a directory and a dump',
      {
        hint: 'usage: elysiactl format conformance DIR | check DIR DUMP',
      },
    )
  }
  await write(context, first)
}

async function write({ console, options }: Context, directory: string): Promise<void> {
  const { writeConformanceKit } = await conformanceJob()
  const kit = await writeConformanceKit(resolve(directory), options(conformanceOptions))
  if (console.json) return console.document({ ...kit })
  console.note([
    `written: ${pluralize(kit.files, 'file')} into ${kit.directory}`,
    'its README.md says what a consumer writes of them; `elysiactl format conformance check` holds that against the kit',
  ])
}

async function check(context: Context, directory: string, dump: string): Promise<void> {
  const { console } = context
  const { checkConformance } = await conformanceJob()
  const report = await checkConformance(directory, dump === '-' ? process.stdin : dump)
  if (console.json) await console.document(report)
  else if (!console.quiet) await console.print(report.faults.map(({ file, reason }) => `${file} ${reason}`))
  console.note(summary(report))
  if (report.failed > 0)
    context.fail(EXIT.rejects, `${pluralize(report.failed, 'file')} did not end as the format says`)
}

function summary({ passed, failed, not_tried: notTried }: ConformanceReport): string {
  const left = notTried === 0 ? '' : `, ${notTried} with options not tried`
  return `${pluralize(passed + failed, 'file')}: ${passed} as the format says, ${failed} not${left}`
}
