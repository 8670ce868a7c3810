import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError } from '../../../core/errors.ts'
import { isInt64 } from '../../../core/exactJson.ts'
import type { Json } from '../../../core/object.ts'
import { longOf } from './numbers.ts'

/** More entries than a table has: somebody named the wrong directory. */
const MAX_ENTRIES = 200_000
const MAX_DEPTH = 32

const NULL = '__HIVE_DEFAULT_PARTITION__'

/** A file of a table, and the values in the names of its directories: `year=2024/part-0.parquet`. */
export interface TableFile {
  readonly path: string
  /** Relative to the table's directory. */
  readonly name: string
  readonly partition: Readonly<Record<string, Json>>
}

/**
 * The Parquet files in a directory and below it, in order of name. Directories named `column=value`, as in Hive, give
 * their files a value: an integer if all values of the column are integers. Names that begin with `_` or `.` are
 * skipped, as every program does. @throws ElysiaError ELYSIA_INPUT
 */
export async function tableFiles(directory: string): Promise<TableFile[]> {
  const names = await parquetIn(directory, '', { depth: 0, seen: 0 })
  const all = names.sort().map((name) => ({ name, texts: textsOf(name) }))
  const wholes = wholeColumns(all.map(({ texts }) => texts))
  return all.map(({ name, texts }) => ({
    path: join(directory, name),
    name,
    partition: Object.fromEntries(
      [...texts].map(([column, text]) => [column, valueIn(text, wholes.has(column))]),
    ),
  }))
}

/** The state of a directory walk. */
interface Walk {
  depth: number
  seen: number
}

/** Does not follow links to directories: one may lead into itself. */
async function parquetIn(directory: string, below: string, walk: Walk): Promise<string[]> {
  const names: string[] = []
  for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
    walk.seen += 1
    if (walk.seen > MAX_ENTRIES)
      throw new ElysiaError(
        'ELYSIA_INPUT',
        `${directory} has more than ${MAX_ENTRIES} files: it is not a table`,
      )
    if (/^[._]/.test(entry.name) && !entry.name.includes('=')) continue
    const name = join(below, entry.name)
    if (entry.isDirectory() && walk.depth < MAX_DEPTH) {
      walk.depth += 1
      names.push(...(await parquetIn(directory, name, walk)))
      walk.depth -= 1
    } else if (name.endsWith('.parquet') && (await isFile(join(directory, name)))) names.push(name)
  }
  return names
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true
}

type Texts = ReadonlyMap<string, string | null>

function textsOf(name: string): Texts {
  const texts = new Map<string, string | null>()
  for (const directory of name.split('/').slice(0, -1)) {
    const at = directory.indexOf('=')
    if (at <= 0) continue
    const text = decoded(directory.slice(at + 1))
    texts.set(decoded(directory.slice(0, at)), text === NULL ? null : text)
  }
  return texts
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const WHOLE = /^(0|-?[1-9]\d{0,18})$/

/** The columns in which every text is an integer as programs print it; 007 is not one. */
function wholeColumns(all: readonly Texts[]): ReadonlySet<string> {
  const wholes = new Set(all.flatMap((texts) => [...texts.keys()]))
  for (const texts of all) {
    for (const [column, text] of texts) {
      if (text !== null && !(WHOLE.test(text) && isInt64(BigInt(text)))) wholes.delete(column)
    }
  }
  return wholes
}

function valueIn(text: string | null, isWhole: boolean): Json {
  return text !== null && isWhole ? longOf(BigInt(text)) : text
}
