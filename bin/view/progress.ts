import type { Console } from '../cli/console.ts'
import type { Source } from '../cli/inputs.ts'
import { type Progress, roughSize, sum } from '../library.ts'

/** What is shown while a run goes on. */
export interface ProgressView {
  update(progress: Progress): void
  stop(): void
}

const LINE_EVERY_MS = 5000

/** A bar where stderr is a terminal and the size is known, else a line every five seconds; nothing with -q. */
export async function progressView(inputs: readonly Source[], console: Console): Promise<ProgressView> {
  if (console.quiet || console.json) return { update() {}, stop() {} }
  const total = totalOf(inputs)
  const bar = total > 0 ? await console.bar('{bar} {percentage}% {text}') : undefined
  if (bar === undefined) return lines(console)
  const read = () => inputs.reduce((bytes, input) => bytes + input.bytesRead(), 0)
  bar.update(0, total, '')
  return {
    update: (progress) => bar.update(Math.min(read(), total), total, said(progress)),
    stop: bar.stop,
  }
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

function lines(console: Console): ProgressView {
  let latest: Progress | undefined
  const timer = setInterval(() => latest && console.note(said(latest)), LINE_EVERY_MS).unref()
  return {
    update: (progress) => {
      latest = progress
    },
    stop: () => clearInterval(timer),
  }
}

function said({ records, rejected, bytes, seconds }: Progress): string {
  const rejects = sum(rejected)
  const bad = rejects === 0 ? '' : `, ${rejects} rejected`
  return `${records} records${bad}, ${roughSize(bytes)}, ${Math.round(records / seconds)} records/s`
}
