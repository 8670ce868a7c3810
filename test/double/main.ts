import { closeSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ownLines } from '../../lib/stream/lines/ownLines.ts'
import type { Change } from './class/collections.ts'
import { type Double, type DoubleOptions, weaviateDouble } from './double.ts'
import type { Injection } from './fault/fault.ts'

/**
 * A double as a process of its own, to be killed or stopped by a signal. Options: `--options JSON`
 * (DoubleOptions), `--data FILE` (changes, one JSON line each, on disk before a call is answered; read at the
 * start). Prints `{http, grpc, target, ports}` as its first line. Each line on stdin is a command, answered
 * by one line: see Command. Ends when stdin ends.
 */
export type Command =
  | { readonly inject: Injection }
  | { readonly clear: true }
  | { readonly refuse: true }
  | { readonly accept: true }
  | { readonly gone: number }
  | { readonly calls: true }
  | { readonly objects: { readonly class: string; readonly tenant?: string } }

/** Typed arrays as base64 of their bytes; everything else as JSON has it. */
function replacer(_key: string, value: unknown): unknown {
  if (!(value instanceof Float32Array)) return value
  return { float32: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
}

function reviver(_key: string, value: unknown): unknown {
  const packed = (value as { float32?: unknown } | null)?.float32
  if (typeof packed !== 'string') return value
  return new Float32Array(new Uint8Array(Buffer.from(packed, 'base64')).buffer)
}

/**
 * The changes of earlier lives. A last line that a kill cut short was never acknowledged: it is taken away,
 * so that the next one does not run into it.
 */
function* changes(file: string): Generator<Change> {
  const kept = readFileSync(file, { flag: 'a+' })
  const end = kept.lastIndexOf('\n') + 1
  truncateSync(file, end)
  for (const line of kept.toString('utf8', 0, end).split('\n').slice(0, -1)) {
    yield JSON.parse(line, reviver) as Change
  }
}

async function start(): Promise<Double> {
  const { values } = parseArgs({ options: { options: { type: 'string' }, data: { type: 'string' } } })
  const input = JSON.parse(values.options ?? '{}') as DoubleOptions
  if (values.data === undefined) return weaviateDouble(input)
  const file = values.data
  const replay = [...changes(file)]
  const log = openSync(file, 'a')
  process.once('exit', () => closeSync(log))
  const keep = (change: Change): void => {
    writeSync(log, `${JSON.stringify(change, replacer)}\n`)
  }
  return weaviateDouble({ ...input, keep, replay })
}

async function obey(double: Double, command: Command): Promise<unknown> {
  if ('inject' in command) double.faults.inject(command.inject)
  else if ('clear' in command) double.faults.clear()
  else if ('refuse' in command) await double.faults.refuse()
  else if ('accept' in command) await double.faults.accept()
  else if ('gone' in command) await double.faults.gone(command.gone)
  else if ('calls' in command) return double.calls
  else return double.objects(command.objects.class, command.objects.tenant)
  return { done: true }
}

const double = await start()
const { http, grpc, target, ports } = double
const say = (line: unknown): void => {
  process.stdout.write(`${JSON.stringify(line, replacer)}\n`)
}
say({ http, grpc, target, ports })
for await (const line of ownLines(process.stdin, { failure: Error })) {
  say(await obey(double, JSON.parse(line) as Command))
}
await double.stop()
