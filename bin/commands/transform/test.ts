import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { stepSettings } from '../../cli/transforms.ts'
import { pluralize, transformJob, transformTestOptions } from '../../library.ts'
import { exampleLines } from '../../view/example.ts'

/** `transform test`: runs the examples of a file of transforms, without any store. */
export const command: Command = {
  summary: 'run the examples in a transform file, without a store, and show each difference',
  operands: [{ name: 'FILE', kind: 'file', hint: 'name a YAML or JSON file, as --pipeline takes it' }],
  examples: ['elysiactl transform test fix.yaml', 'elysiactl transform test fix.yaml --json'],
  schemas: [transformTestOptions],
  document: 'transform-test',
  exits: ['rejects'],
  docs: 'docs/transforms.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, operands, signal } = context
  const [path = ''] = operands
  const { readPipelineFile, testTransforms } = await transformJob()
  const settings = stepSettings(console, context.options(transformTestOptions))
  const report = await testTransforms(await readPipelineFile(path), { settings, signal })
  const { file, passed, failed, examples } = report
  if (console.json) await console.document(report)
  else if (!console.quiet) await console.printColored(examples.flatMap((one) => exampleLines(file, one)))
  console.note(`${pluralize(examples.length, 'example')}: ${passed} passed, ${failed} failed`)
  if (failed > 0)
    context.fail(EXIT.rejects, `${failed} of ${pluralize(examples.length, 'example')} of ${file} failed`)
}
