import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError } from '../../../core/errors.ts'
import { isInt64 } from '../../../core/exactJson.ts'
import type { Json } from '../../../core/object.ts'
import { longOf } from './numbers.ts'

/** More files than a table has; a directory that leads into itself would have no end. */
const MAX_FILES = 100_000
const MAX_DEPTH = 32

const NULL = '__HIVE_DEFAULT_PARTITION__'

/** A file of a table, and what its directories say: `year=2024/part-0.parquet`. */
export interface TableFile {
  readonly path: string
  /** Below the table's directory. */
  readonly name: string
  readonly partition: Readonly<Record<string, Json>>
}

/**
 * The Parquet files of a directory and of those in it, in order of name. Directories `column=value`, as Hive names them, are
 * values of their files: a whole number, where all of a column are. What begins with `_` or `.` is passed over, as all
 * programs do. @throws ElysiaError ELYSIA_INPUT
 */
export async function tableFiles(directory: string): Promise<TableFile[]> {
  const names = await parquetIn(directory, '', 0)
  if (names.length > MAX_FILES)
    throw new ElysiaError('ELYSIA_INPUT', `${directory} has more than ${MAX_FILES} files`)
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

async function parquetIn(directory: string, below: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH) return []
  const names: string[] = []
  for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
    if (/^[._]/.test(entry.name) && !entry.name.includes('=')) continue
    const name = join(below, entry.name)
    const found = entry.isSymbolicLink() ? await stat(join(directory, name)).catch(() => entry) : entry
    if (found.isDirectory() && !entry.isSymbolicLink())
      names.push(...(await parquetIn(directory, name, depth + 1)))
    else if (found.isFile() && name.endsWith('.parquet')) names.push(name)
    if (names.length > MAX_FILES) break
  }
  return names
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

/** The columns of which each text is that of an int, as programs print it: 007 is none. */
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
