import { isAscii } from 'node:buffer'
import type { ErrorCode } from '../../core/errors.ts'
import { ForeignInput } from '../foreignInput.ts'

/** How many bytes `foreignBytes` examines. */
export const HEAD_BYTES = 16

interface Format {
  /** The end of the error's sentence. */
  readonly fact: string
  readonly hint: string
  readonly code: ErrorCode
  readonly begins: (head: Buffer) => boolean
}

const ZIP = [bytes(0x50, 0x4b, 3, 4), bytes(0x50, 0x4b, 5, 6), bytes(0x50, 0x4b, 7, 8)]
const LZIP = [0, 1].map((version) => bytes(0x4c, 0x5a, 0x49, 0x50, version))

/**
 * Formats that a person may pass by mistake instead of lines of text, by their first bytes.
 * @see https://www.garykessler.net/library/file_sigs.html; RFC 1950 §2.2 (zlib)
 */
const FORMATS: readonly Format[] = [
  compressed('xz', 'xz -dc FILE', bytes(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)),
  compressed('bzip2', 'bzip2 -dc FILE', isBzip2),
  compressed('zip', 'unzip -p FILE', (head) => ZIP.some((begins) => begins(head))),
  compressed('7z', '7z x -so FILE', bytes(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)),
  compressed('lzip', 'lzip -dc FILE', (head) => LZIP.some((begins) => begins(head))),
  compressed('compress', 'gzip -dc FILE', bytes(0x1f, 0x9d)),
  compressed('snappy', 'snzip -dc FILE', bytes(0xff, 0x06, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59)),
  compressed('zlib', 'pigz -dc FILE', isZlib),
  encoded('UTF-32', (head) => bytes(0xff, 0xfe, 0, 0)(head) || bytes(0, 0, 0xfe, 0xff)(head)),
  encoded('UTF-16', (head) => bytes(0xff, 0xfe)(head) || bytes(0xfe, 0xff)(head)),
  encoded('UTF-16LE', (head) => bytes(0x7b, 0, 0x22, 0)(head)),
  encoded('UTF-16BE', (head) => bytes(0, 0x7b, 0, 0x22)(head)),
  {
    fact: 'is a Parquet file',
    hint: '`elysiactl col restore FILE` reads one, from a file and not from a pipe; parts of an archive are restored with their directory: `elysiactl col restore DIR`.',
    code: 'ELYSIA_INPUT',
    begins: (head) => head.subarray(0, 4).toString('latin1') === 'PAR1' && !isAscii(head),
  },
]

/** The error for an input that begins like a format other than lines; undefined if it does not. */
export function foreignBytes(head: Buffer): ForeignInput | undefined {
  const found = FORMATS.find(({ begins }) => begins(head))
  return found && new ForeignInput(found.code, found.fact, found.hint)
}

function compressed(name: string, command: string, begins: Format['begins']): Format {
  const hint = `Decompress it first: \`${command} | elysiactl ... -\`; gzip, zstd and lz4 are read as they are.`
  return { fact: `is compressed with ${name}`, hint, code: 'ELYSIA_COMPRESSION', begins }
}

function encoded(name: string, begins: Format['begins']): Format {
  const hint = `Convert it first: \`iconv -f ${name} -t UTF-8 FILE | elysiactl ... -\`.`
  return { fact: `is ${name}, and has to be UTF-8`, hint, code: 'ELYSIA_INPUT', begins }
}

function bytes(...magic: readonly number[]): Format['begins'] {
  const wanted = Buffer.from(magic)
  return (head) => head.length > wanted.length && wanted.equals(head.subarray(0, wanted.length))
}

/** After `BZh` and the level come the first six bytes of pi, or of its square root if nothing is compressed. */
function isBzip2(head: Buffer): boolean {
  const block = head.subarray(4, 10).toString('hex')
  return /^BZh[1-9]/.test(head.toString('latin1')) && (block === '314159265359' || block === '177245385090')
}

/** True for zlib's header. Checks more than its first two bytes, which may also be text. */
function isZlib(head: Buffer): boolean {
  return head.length > 2 && head[0] === 0x78 && head.readUInt16BE(0) % 31 === 0 && !isAscii(head)
}
