import type { WriteStream } from 'node:tty'

/** A bar at the foot of a terminal. */
export interface Bar {
  /** Draws it; numbers beyond `total` raise that. `text` takes the place of `{text}`. */
  update(done: number, total: number, text: string): void
  /** Takes it off the lines that it stands on, so that another can be written there. */
  clear(): void
  stop(): void
}

const CLEAR_LINE = '\r\u001b[K'

/** `format` is cli-progress's: `{bar} {percentage}% {text}`. Loaded when it is first asked for. */
export async function terminalBar(stream: WriteStream, format: string): Promise<Bar> {
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({ format, stream, hideCursor: true, clearOnComplete: true })
  let shown = false
  return {
    update(done, total, text) {
      if (!shown) bar.start(total, 0, { text })
      shown = true
      bar.setTotal(Math.max(done, total))
      bar.update(done, { text })
    },
    clear: () => void (shown && stream.write(CLEAR_LINE)),
    stop() {
      bar.stop()
      shown = false
    },
  }
}
