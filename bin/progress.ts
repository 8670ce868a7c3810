import type { Console } from './console.ts'
import type { Source } from './inputs.ts'
import { type Progress, roughSize, sum } from './library.ts'

/** What is shown while a run goes on. */
export interface ProgressView {
  update(progress: Progress): void
  /** A line that does not get lost in the bar. */
  note(message: string): void
  stop(): void
}

const LINE_EVERY_MS = 5000
const CLEAR_LINE = '\r\u001b[K'

/** A bar where stderr is a terminal and the size is known, else a line every five seconds; nothing with -q. */
export async function progressView(inputs: readonly Source[], console: Console): Promise<ProgressView> {
  const total = totalOf(inputs)
  if (console.quiet || console.json) return { update() {}, note: console.note, stop() {} }
  return process.stderr.isTTY && total > 0 ? bar(inputs, total, console) : lines(console)
}

/** The bytes there are; 0 where some input does not say. */
function totalOf(inputs: readonly Source[]): number {
  let total = 0
  for (const { size } of inputs) {
    if (size === undefined) return 0
    total += size
  }
  return total
}

async function bar(inputs: readonly Source[], total: number, console: Console): Promise<ProgressView> {
  const { default: cliProgress } = await import('cli-progress')
  const view = new cliProgress.SingleBar({
    format: '{bar} {percentage}% {text}',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  })
  const read = () => inputs.reduce((bytes, input) => bytes + input.bytesRead(), 0)
  view.start(total, 0, { text: '' })
  return {
    update: (progress) => view.update(Math.min(read(), total), { text: said(progress) }),
    note: (message) => console.note(`${CLEAR_LINE}${message}`),
    stop: () => view.stop(),
  }
}

function lines(console: Console): ProgressView {
  let latest: Progress | undefined
  const timer = setInterval(() => latest && console.note(said(latest)), LINE_EVERY_MS).unref()
  return {
    update: (progress) => {
      latest = progress
    },
    note: console.note,
    stop: () => clearInterval(timer),
  }
}

function said({ records, rejected, bytes, seconds }: Progress): string {
  const rejects = sum(rejected)
  const bad = rejects === 0 ? '' : `, ${rejects} rejected`
  return `${records} records${bad}, ${roughSize(bytes)}, ${Math.round(records / seconds)} records/s`
}
