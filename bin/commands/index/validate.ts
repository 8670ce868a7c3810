import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { sources } from '../../cli/inputs.ts'
import {
  ofInput,
  pluralize,
  type Reject,
  type ValidationCounts,
  validateJob,
  validateOptions,
} from '../../library.ts'
import { eventText } from '../../view/eventText.ts'

/** `index validate`: change records → their faults, one per line, without any store. */
export const command: Command = {
  summary: 'check change records without a store',
  alsoKnownAs: ['lint'],
  operands: [{ name: 'FILE|-', kind: 'file', many: true, hint: 'name files, or - for standard input' }],
  examples: [
    'elysiactl index validate changes.jsonl',
    'producer | elysiactl index validate --strict -',
    'elysiactl index validate --json changes.jsonl.gz',
  ],
  schemas: [validateOptions],
  document: 'validation',
  exits: ['rejects', 'damage', 'notFound'],
  docs: 'docs/format.md',
  run,
}

type Print = (text: string) => Promise<void> | undefined

/** Counts over all files; `faults` is their number. */
interface Totals {
  files: number
  lines: number
  blank: number
  records: number
  faults: number
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const totals = await printing(context, (print) => check(context, print))
  const { files, lines, blank, records, faults } = totals
  console.note(
    `${pluralize(files, 'file')}, ${pluralize(lines, 'line')}: ${blank} blank, ${pluralize(records, 'record')}, ${faults} faulty`,
  )
  if (faults > 0) context.fail(EXIT.rejects, faultsText(faults, records))
}

function faultsText(faults: number, records: number): string {
  return `${faults} of ${pluralize(records, 'record')} ${faults === 1 ? 'is' : 'are'} faulty: without --quiet each is shown`
}

async function check(context: Context, print: Print): Promise<Totals> {
  const { operands, console } = context
  const options = context.options(validateOptions)
  const totals = { files: 0, lines: 0, blank: 0, records: 0, faults: 0 }
  const shape = console.json ? jsonShape() : console.quiet ? COUNTED : TEXT
  const { validateInput, requireValidatable } = await validateJob()
  requireValidatable(options)
  await print(shape.begin)
  for (const [index, source] of (await sources(operands)).entries()) {
    const name = operands[index] === '-' ? 'stdin' : operands[index]!
    const onFault = (fault: Reject) => print(shape.fault(name, fault))
    const onTrailing = () => console.warn(eventText({ type: 'trailing_bytes', input: name })!)
    const counts = await validateInput(source.open(), options, { onFault, onTrailing }).catch((error) => {
      throw operands.length > 1 ? ofInput(error, name) : error
    })
    add(totals, counts)
  }
  await print(shape.end(totals))
  return totals
}

function add(totals: Totals, { lines, blank, records, faults }: ValidationCounts): void {
  totals.files += 1
  totals.lines += lines
  totals.blank += blank
  totals.records += records
  totals.faults += Object.values(faults).reduce((sum, count) => sum + count, 0)
}

/** How to print faults, as lines or as pieces of JSON, one at a time, so that there may be any number. */
interface Shape {
  readonly begin: string
  fault(file: string, fault: Reject): string
  end(totals: Totals): string
}

const TEXT: Shape = {
  begin: '',
  fault: (file, { line, code, reason }) => `${file}:${line}: ${code}: ${reason}`,
  end: () => '',
}

/** With --quiet faults are counted, but not shown. */
const COUNTED: Shape = { ...TEXT, fault: () => '' }

/** One JSON document; the counts follow the faults because they are known last. */
function jsonShape(): Shape {
  let first = true
  return {
    begin: '{"faults":[',
    fault(file, { line, code, reason }) {
      const comma = first ? '' : ','
      first = false
      return `${comma}\n${JSON.stringify({ file, line, code, reason })}`
    },
    end: ({ files, lines, blank, records }) =>
      `],${JSON.stringify({ files, lines, blank, records }).slice(1)}\n`,
  }
}

/** Runs `work` with a way to print that waits for the reader of stdout, and ends the work if that goes away. */
async function printing<T>({ console }: Context, work: (print: Print) => Promise<T>): Promise<T> {
  const text = new PassThrough({ objectMode: true })
  const gone = new AbortController()
  const { signal } = gone
  const print: Print = (piece) => {
    if (signal.aborted) return Promise.reject(signal.reason)
    return piece === '' || text.write(piece) ? undefined : once(text, 'drain', { signal }).then(() => {})
  }
  const written = console.json ? console.printJson(text) : console.print(text)
  const printed = written.catch((error: unknown) => {
    gone.abort(error)
    throw error
  })
  const [done, printing] = await Promise.allSettled([work(print).finally(() => text.end()), printed])
  if (printing.status === 'rejected') throw printing.reason
  if (done.status === 'rejected') throw done.reason
  return done.value
}
