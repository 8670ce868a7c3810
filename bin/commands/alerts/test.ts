import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { tableOptions, tablesFor } from '../../cli/tables.ts'
import { alertsLibrary, catalogOptions, didYouMean, ElysiaError, type SinkTestResult } from '../../library.ts'
import { sinkContextOf } from '../../observers/sinks.ts'
import { configuredAlerts } from './alertSettings.ts'

/** `alerts test`: sends a test message through each sink, and prints their answers. */
export const command: Command = {
  summary: 'send a test message through each alert sink, and show the answer',
  operands: [{ name: 'SINK', optional: true, many: true }],
  examples: ['elysiactl alerts test', 'elysiactl alerts test ops --json'],
  schemas: [tableOptions, catalogOptions],
  document: 'alert-test',
  docs: 'docs/monitoring.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, settings, operands } = context
  const alerts = await configuredAlerts(context)
  const names = alerts.sinks.map(({ name }) => name)
  for (const name of operands) {
    if (names.includes(name)) continue
    throw new ElysiaError('ELYSIA_USAGE', `there is no sink ${name}`, {
      hint: didYouMean(name, names, `sinks are ${names.join(', ')}`),
    })
  }
  const { testSinks } = await alertsLibrary()
  const chosen = alerts.sinks.filter(({ name }) => operands.length === 0 || operands.includes(name))
  const tested = await testSinks(alerts, chosen, sinkContextOf(settings, console), { signal: context.signal })
  if (console.json) await console.document({ sinks: tested })
  else {
    const tables = await tablesFor(context)
    await console.print(tables.of(['sink', 'type', 'to', 'taken', 'answer'], tested.map(row)))
    for (const { sink, hint } of tested) if (hint !== undefined) console.note(`${sink}: ${hint}`)
  }
  const failed = tested.filter(({ ok }) => !ok).map(({ sink }) => sink)
  if (failed.length > 0) context.fail(EXIT.failed, `not accepted by ${failed.join(', ')}`)
}

function row({ sink, type, place = '', ok, answer }: SinkTestResult): string[] {
  return [sink, type, place, ok ? 'yes' : 'no', answer]
}
