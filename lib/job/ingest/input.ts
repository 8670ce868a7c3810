import { type Duplex, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { nameOutsideStage, nameStage } from '../../core/channel/stages.ts'
import type { Line } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'
import type { InputMark } from '../../run/checkpoint.ts'
import { inspectBytes } from '../../stream/bytes/inspectBytes.ts'
import { stoppableSource } from '../../stream/bytes/source.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { ForeignInput } from '../../stream/foreignInput.ts'
import { LinesDigest } from '../../stream/lines/digest.ts'
import { type LineSplitter, splitLines } from '../../stream/lines/splitLines.ts'
import { foreignLines } from './foreignLines.ts'
import { fromRejects } from './fromRejects.ts'

/** A source of change records. */
export interface Input {
  /** Its name for users: a path, `stdin`. Two runs over inputs with the same names may continue each other. */
  readonly name: string
  /** Shown to users instead of a name that is a digest. It identifies nothing, and is stored: no secrets. */
  readonly label?: string
  /** True if `open` may be called again and starts from the beginning. */
  readonly rereadable: boolean
  /** The file that is read, by path or open descriptor, if `name` is not its path. */
  readonly file?: string | number
  /**
   * True if `open` yields the bytes of this file, and nothing else: those of some lines may then be read from it without
   * `open`.
   */
  readonly seekable?: boolean
  /** True if the same command gets the same lines again, although this input cannot be opened again. */
  readonly comesAgain?: boolean
  /** Its size in bytes as stored, compressed or not, if known: shows the progress of a run. */
  readonly size?: number | undefined
  open(): Readable
  /** Lines of the same file before the first one that `open` yields: line numbers include them, sums do not. */
  readonly linesBefore?: number
  /** Called when all its lines are settled; rejects if the producer of the input turned out to have failed. */
  settled?(): Promise<void>
}

/** The text that users see for an input. */
export function labelOf({ name, label = name }: Input): string {
  return label
}

/** Callbacks while an input is read. */
export interface InputCallbacks {
  /** Called if bytes after the end of compressed data are ignored. */
  readonly onTrailing?: () => void
  /** Called once the input is recognized as valid, or is empty; its first line waits for this. */
  readonly onRecognized?: () => Promise<void>
}

/** How inputs are read. */
export interface InputOptions {
  readonly maxLineBytes: number
  readonly fromRejects: boolean
  /** True to yield lines as bytes, except those of a rejects file. */
  readonly raw?: boolean
}

/** An input cut into lines: the first stages, and the one that counts the lines. */
export interface OpenedInput {
  readonly stages: readonly [Readable, ...Duplex[]]
  readonly splitter: LineSplitter
  /** Stored bytes of the input for each byte of its lines. */
  ratio(): number
  /** True if the input is not compressed, as far as is known. */
  isPlain(): boolean
  /**
   * True if more was taken than the lines and the open one that the splitter knows; `atOnce` if what was flowing when
   * the input ended was not waited for.
   */
  holdsMore(atOnce: boolean): boolean
}

/**
 * Opens an input as lines. When `stop` aborts, it ends early and cleanly, after the last complete line; from an input
 * that cannot be read again, everything taken by then still comes. Detects compression and decompresses. Refuses an
 * input of another kind, by its first bytes, with the command for it.
 */
export function openInput(
  input: Input,
  { maxLineBytes, fromRejects: wrapped, raw = false }: InputOptions,
  stop: AbortSignal,
  { onTrailing = () => {}, onRecognized }: InputCallbacks = {},
): OpenedInput {
  const { linesBefore = 0 } = input
  const splitter = splitLines({ maxLineBytes, stop, linesBefore, raw: raw && !wrapped })
  const lines = wrapped ? [splitter, nameStage('read rejects', fromRejects())] : [splitter]
  const unpacked = decompress({ stop, onTrailing })
  const inspected = inspectBytes((beginning) => foreignLines(beginning, wrapped), onRecognized)
  const isPlain = () => unpacked.codec === undefined || unpacked.codec === 'plain'
  const source = stoppableSource(input.open(), stop, { drain: !input.rereadable })
  return {
    stages: [
      nameOutsideStage('read', source),
      nameStage('decompress', unpacked),
      nameStage('recognize', inspected),
      nameStage('split lines', splitter),
      ...lines.slice(1),
    ],
    splitter,
    ratio: () => unpacked.ratio,
    isPlain,
    holdsMore: (atOnce) => {
      if (!atOnce) return unpacked.isCut
      return source.taken > (isPlain() ? splitter.linesEnd : 0)
    },
  }
}

/**
 * Checks the beginning of an input that can be read again.
 * @throws ElysiaError if it is something else than it should be; other faults appear when it is read
 */
export async function requireRecords(input: Input, reading: InputOptions, stop: AbortSignal): Promise<void> {
  let fault: unknown
  const [source, ...stages] = openInput(input, reading, stop).stages
  const enough = new Writable({ objectMode: true, write: (_, __, done) => done(new Error('enough')) })
  await pipeline([source, ...stages, enough]).catch((error: unknown) => {
    fault = error
  })
  if (fault instanceof ForeignInput) throw fault
}

/** True if an input that was read to its end is still the same: as many records, the same digest. */
export async function isUnchangedAtEnd(
  input: Input,
  mark: InputMark,
  reading: InputOptions,
): Promise<boolean> {
  const digest = new LinesDigest()
  let line = 0
  const { stages } = openInput(input, reading, new AbortController().signal)
  await pipeline([
    ...stages,
    new Writable({
      objectMode: true,
      write(item: Line | Reject, _, callback) {
        digest.update(item)
        line = item.line
        callback()
      },
    }),
  ])
  return line === mark.line && digest.hex() === mark.digest
}
