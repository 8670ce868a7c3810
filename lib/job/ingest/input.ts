import { type Duplex, type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { named, namedElsewhere } from '../../core/channel/stages.ts'
import type { Line } from '../../core/line.ts'
import type { Reject } from '../../core/reject.ts'
import type { InputMark } from '../../run/checkpoint.ts'
import { inspecting } from '../../stream/bytes/inspecting.ts'
import { stoppable } from '../../stream/bytes/source.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { ForeignInput } from '../../stream/foreignInput.ts'
import { LinesDigest } from '../../stream/lines/digest.ts'
import { type LineSplitter, splitLines } from '../../stream/lines/splitLines.ts'
import { foreignLines } from './foreignLines.ts'
import { fromRejects } from './fromRejects.ts'

/** Where change records come from. */
export interface Input {
  /** As a person knows it: a path, `stdin`. Two runs over inputs of the same names may continue each other. */
  readonly name: string
  /** What a person reads in place of a name that is a digest. It tells nothing apart, and is kept: no secrets. */
  readonly label?: string
  /** True where `open` may be called again and begins at the beginning. */
  readonly rereadable: boolean
  /** The file that is read, by path or open descriptor, where `name` is not its path. */
  readonly file?: string | number
  /** True where the same command gets the same lines once more, though this input cannot be opened again. */
  readonly comesAgain?: boolean
  /** Bytes of it as it lies there, compressed or not, where that is known: tells how far a run is. */
  readonly size?: number | undefined
  open(): Readable
  /** Lines of the same file before the first one that `open` gives: line numbers count them, sums do not. */
  readonly linesBefore?: number
  /** Called when all its lines are settled; rejects where what produced the input turned out to have failed. */
  settled?(): Promise<void>
}

/** What a person reads for an input. */
export function labelOf({ name, label = name }: Input): string {
  return label
}

/** Called about an input while it is read. */
export interface Callbacks {
  /** Of bytes behind the end of what is compressed, which are left out. */
  readonly onTrailing?: () => void
  /** Once it is known for what it has to be, or is empty, and before any line of it comes, which waits for it. */
  readonly onRecognised?: () => Promise<void>
}

/** How inputs are read. */
export interface Reading {
  readonly maxLineBytes: number
  readonly fromRejects: boolean
  /** Lines come as bytes, save those of a rejects file. */
  readonly raw?: boolean
}

/** An input cut into lines: the stages of its head, and the one that knows how many lines there were. */
export interface Head {
  readonly stages: readonly [Readable, ...Duplex[]]
  readonly splitter: LineSplitter
  /** Bytes of the input, as it lies there, for each byte of its lines. */
  ratio(): number
  /**
   * True where more was taken than the lines and the open one that the splitter knows of; `atOnce` where what
   * flowed when the input ended was not waited for.
   */
  holdsMore(atOnce: boolean): boolean
}

/**
 * Opens an input as lines. When `stop` aborts it ends early and cleanly, after the last whole line; of what cannot
 * be read again all that was taken by then still comes.
 * Compressed bytes are recognised and decompressed.
 * An input of another kind is refused, by its first bytes, with the command for it.
 */
export function open(
  input: Input,
  { maxLineBytes, fromRejects: wrapped, raw = false }: Reading,
  stop: AbortSignal,
  { onTrailing = () => {}, onRecognised }: Callbacks = {},
): Head {
  const { linesBefore = 0 } = input
  const splitter = splitLines({ maxLineBytes, stop, linesBefore, raw: raw && !wrapped })
  const lines = wrapped ? [splitter, named('read rejects', fromRejects())] : [splitter]
  const unpacked = decompress({ stop, onTrailing })
  const inspected = inspecting((beginning) => foreignLines(beginning, wrapped), onRecognised)
  const source = stoppable(input.open(), stop, { drain: !input.rereadable })
  return {
    stages: [
      namedElsewhere('read', source),
      named('decompress', unpacked),
      named('recognise', inspected),
      named('split lines', splitter),
      ...lines.slice(1),
    ],
    splitter,
    ratio: () => unpacked.ratio,
    holdsMore: (atOnce) => {
      if (!atOnce) return unpacked.isCut
      const isPlain = unpacked.codec === undefined || unpacked.codec === 'plain'
      return source.taken > (isPlain ? splitter.linesEnd : 0)
    },
  }
}

/**
 * Looks at the beginning of an input that can be read again.
 * @throws ElysiaError where it begins as something else than it has to be; any other fault is for its reading to tell
 */
export async function requireRecords(input: Input, reading: Reading, stop: AbortSignal): Promise<void> {
  let fault: unknown
  const [source, ...stages] = open(input, reading, stop).stages
  const enough = new Writable({ objectMode: true, write: (_, __, done) => done(new Error('enough')) })
  await pipeline([source, ...stages, enough]).catch((error: unknown) => {
    fault = error
  })
  if (fault instanceof ForeignInput) throw fault
}

/** True where an input that was read to its end is still the same: as many records, the same digest. */
export async function stillEnds(input: Input, mark: InputMark, reading: Reading): Promise<boolean> {
  const digest = new LinesDigest()
  let line = 0
  const { stages } = open(input, reading, new AbortController().signal)
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
