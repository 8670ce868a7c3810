import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { type BackupOptions, ElysiaError } from '../../library.ts'

/** Where a backup goes: the name decides shape, format and compression. */
export type Destination =
  | { readonly kind: 'pipe' }
  | { readonly kind: 'file'; readonly path: string; readonly compression: string }
  /** `path` is undefined for a directory below the backup root. */
  | { readonly kind: 'directory'; readonly path: string | undefined }

const CODECS = { gz: 'gzip', zst: 'zstd', lz4: 'lz4' } as const
const SINGLE = /\.jsonl(?:\.(gz|zst|lz4))?$/i
const JSON_FILE = /\.(?:json|ndjson|jsonlines)(\.(?:gz|zst|lz4))?$/i
const PARQUET_FILE = /\.parquet(?:\.(?:gz|zst|lz4|snappy))?$/i
const CODEC_ONLY = /\.(gz|zst|lz4)$/i

/** Endings of files that we do not write, and that nobody gives to a directory. */
const OTHER_FILE =
  /\.(?:tar|tgz|tbz2?|txz|zip|7z|rar|bz2|xz|br|zstd|gzip|csv|tsv|txt|xml|ya?ml|xlsx?|avro|orc|arrow|feather|sql|db|sqlite3?)(?:\.(?:gz|zst|lz4|bz2|xz|z|br|zip))?$/i

/**
 * The destination in `--to`. A name that ends like a file is that file, or is refused with the right name; a name is a
 * directory, whatever its ending, only if that exists already or the name ends in a slash.
 * @throws ElysiaError ELYSIA_USAGE, also if --format, --compression, --partition-by or --resume contradict it
 */
export function destinationOf(to: string | undefined, options: BackupOptions, resume: boolean): Destination {
  if (to === '-') {
    refuseOtherThanLines('a pipe', options, resume)
    return { kind: 'pipe' }
  }
  if (to === undefined || isDirectory(to)) return { kind: 'directory', path: to }
  const single = SINGLE.exec(to)
  if (single === null) {
    refuseFile(to)
    return { kind: 'directory', path: to }
  }
  refuseOtherThanLines(to, options, resume)
  const codec = single[1]?.toLowerCase() as keyof typeof CODECS | undefined
  return { kind: 'file', path: to, compression: compressionFor(to, codec, options.compression) }
}

function isDirectory(to: string): boolean {
  return to.endsWith('/') || statSync(to, { throwIfNoEntry: false })?.isDirectory() === true
}

function refuseFile(to: string): void {
  const name = basename(to)
  const stem = (ending: RegExp) => to.replace(ending, '')
  const json = JSON_FILE.exec(name)
  if (json !== null) {
    const right = `${stem(JSON_FILE)}.jsonl${json[1]?.toLowerCase() ?? ''}`
    throw usage(
      `${to}: a single file holds JSON lines`,
      `--to ${right}, or --to ${stem(JSON_FILE)} --format json`,
    )
  }
  if (PARQUET_FILE.test(name)) {
    throw usage(`${to}: Parquet goes into a directory`, `--to ${stem(PARQUET_FILE)} --format parquet`)
  }
  const codec = CODEC_ONLY.exec(name)
  if (codec !== null && !OTHER_FILE.test(name)) {
    const right = `${stem(CODEC_ONLY)}.jsonl.${codec[1]!.toLowerCase()}`
    throw usage(`${to} does not say what is compressed`, `--to ${right} is a single file of JSON lines`)
  }
  if (!OTHER_FILE.test(name)) return
  throw usage(
    `${to} is named like a file of a kind that is not written`,
    `--to ${stem(OTHER_FILE)}.jsonl.zst for a single file, or --to ${stem(OTHER_FILE)} for a directory, with --format parquet for tables`,
  )
}

function refuseOtherThanLines(what: string, { format, partitionBy }: BackupOptions, resume: boolean): void {
  const hint = 'give a directory to --to'
  if (format !== 'jsonl') throw usage(`${what} holds JSON lines, --format says ${format}`, hint)
  if (partitionBy !== undefined) throw usage(`${what} has no partitions`, `${hint} for --partition-by`)
  if (resume) throw usage(`${what} cannot be resumed`, 'leave --resume out: it is written from its beginning')
}

/** @throws ElysiaError ELYSIA_USAGE if a flag asks for another compression than the name */
function compressionFor(to: string, codec: keyof typeof CODECS | undefined, asked: string): string {
  const named = codec === undefined ? 'none' : CODECS[codec]
  if (asked === 'auto') return named
  if (asked.split(':')[0] === named) return asked
  throw usage(
    `${to} is named as ${named}, --compression says ${asked}`,
    'leave --compression out: the name decides',
  )
}

function usage(message: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, { hint })
}
