import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { ownLines } from '../../lib/stream/lines/ownLines.ts'
import type { Calls } from './counters.ts'
import type { DoubleOptions, Ports } from './double.ts'
import type { Injection } from './fault/fault.ts'
import type { Command } from './main.ts'

/** A double that is a process of its own, with its data in a file. */
export interface DoubleProcess {
  readonly http: string
  readonly grpc: string
  readonly target: string
  readonly ports: Ports
  inject(injection: Injection): Promise<void>
  clear(): Promise<void>
  calls(): Promise<Calls>
  objects(className: string, tenant?: string): Promise<StoredLine[]>
  /** Any other command of main.ts. */
  tell(command: Command): Promise<unknown>
  /** SIGKILL; resolves when the process is no more. */
  kill(): Promise<void>
  /** SIGSTOP: the sockets stay open, nothing answers. */
  freeze(): void
  /** SIGCONT */
  thaw(): void
  /** Starts it again on the same ports with the data of the file. */
  again(): Promise<DoubleProcess>
  /** Ends it as it would end itself. */
  stop(): Promise<void>
}

/** A stored object as it comes out of a child process: vectors as `{float32: base64}`. */
export interface StoredLine {
  readonly id: string
  readonly properties: Record<string, unknown>
}

type Options = Omit<DoubleOptions, 'dataOf' | 'keep' | 'replay'>

const MAIN = new URL('main.ts', import.meta.url).pathname

/** Starts a double as a child process; `file` keeps its data from life to life. */
export async function doubleProcess(file: string, options: Options = {}): Promise<DoubleProcess> {
  const child = spawn(process.execPath, [MAIN, '--data', file, '--options', JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = ownLines(child.stdout!, { failure: Error })
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the double ended')
    return JSON.parse(value)
  }
  const addresses = (await next()) as Pick<DoubleProcess, 'http' | 'grpc' | 'target' | 'ports'>
  const tell = teller(child, next)
  return {
    ...addresses,
    tell,
    inject: async (injection) => void (await tell({ inject: injection })),
    clear: async () => void (await tell({ clear: true })),
    calls: async () => (await tell({ calls: true })) as Calls,
    objects: async (className, tenant) =>
      (await tell({
        objects: { class: className, ...(tenant === undefined ? {} : { tenant }) },
      })) as StoredLine[],
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    again: () => doubleProcess(file, { ...options, ports: addresses.ports }),
    stop: async () => {
      child.kill('SIGCONT')
      child.stdin!.end()
      await exited
    },
  }
}

/** One command at a time: the answers come in the order of the commands. */
function teller(child: ChildProcess, next: () => Promise<unknown>): DoubleProcess['tell'] {
  let last: Promise<unknown> = Promise.resolve()
  return (command) => {
    const answer = last.then(() => {
      child.stdin!.write(`${JSON.stringify(command)}\n`)
      return next()
    })
    last = answer.catch(() => {})
    return answer
  }
}
