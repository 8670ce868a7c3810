import { clearScreenDown, moveCursor } from 'node:readline'
import type { WriteStream } from 'node:tty'
import type { createLogUpdate } from 'log-update'

type LogUpdate = ReturnType<typeof createLogUpdate>

/** One line at the bottom of a terminal, below all output. */
export interface Footer {
  /**
   * Draws the line from now on, several times a second; `line` returns it for so many columns, or undefined for none.
   */
  show(line: (columns: number) => string | undefined): void
  /** Removes the line while `write` writes, and draws it again below. */
  above(write: () => void): void
  /** Removes the line for good. */
  readonly stop: () => void
}

const DRAW_EVERY_MS = 100
/** A window that is dragged has many sizes; the terminal and we use the last. */
const RESIZED_MS = 60

/** Loads its drawing library on first use. The line must be narrower than the terminal. */
export async function terminalFooter(stream: WriteStream): Promise<Footer> {
  const { createLogUpdate } = await import('log-update')
  // A hidden cursor would need a signal handler to come back, and that one kills where ours lets go.
  return new LogFooter(stream, createLogUpdate(stream, { showCursor: true }))
}

class LogFooter implements Footer {
  readonly #stream: WriteStream
  readonly #log: LogUpdate
  #line: (columns: number) => string | undefined = () => undefined
  /** The current line; empty if there is none. */
  #drawn = ''
  #drawing: NodeJS.Timeout | undefined
  #resizing: NodeJS.Timeout | undefined

  constructor(stream: WriteStream, log: LogUpdate) {
    this.#stream = stream
    this.#log = log
  }

  show(line: (columns: number) => string | undefined): void {
    this.#line = line
    this.#draw()
    if (this.#drawing !== undefined) return
    this.#drawing = setInterval(() => this.#draw(), DRAW_EVERY_MS).unref()
    this.#stream.on('resize', this.#onResize)
  }

  above(write: () => void): void {
    this.#clear()
    write()
    if (this.#drawing !== undefined) this.#draw()
  }

  stop = (): void => {
    this.#clear()
    clearInterval(this.#drawing)
    this.#drawing = undefined
    this.#stream.off('resize', this.#onResize)
  }

  #draw(): void {
    if (this.#resizing !== undefined) return
    const text = this.#line(this.#stream.columns)
    if (text === undefined) return
    this.#log(text)
    this.#drawn = text
  }

  #clear(): void {
    if (this.#drawn !== '') this.#log.clear()
    if (this.#resizing !== undefined) this.#clearBroken()
    this.#drawn = ''
  }

  #onResize = (): void => {
    clearTimeout(this.#resizing)
    this.#resizing = setTimeout(() => {
      this.#clear()
      this.#draw()
    }, RESIZED_MS).unref()
  }

  /** A narrower terminal has wrapped the line into several, and only the last is cleared. */
  #clearBroken(): void {
    clearTimeout(this.#resizing)
    this.#resizing = undefined
    const rows = Math.ceil(this.#drawn.length / this.#stream.columns)
    if (rows < 2) return
    moveCursor(this.#stream, 0, 1 - rows)
    clearScreenDown(this.#stream)
  }
}
