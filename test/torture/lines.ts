/**
 * Lines of other stores with anything changed in them: each line ends as one object or as one reject with its number,
 * the sums hold, and the command's exit code says so. An error that ends a restore is one of ours, and leaves nothing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { ElysiaError } from '../../lib/core/errors.ts'
import { sumCounts } from '../../lib/core/report.ts'
import type { RestoreOptionsInput } from '../../lib/job/restore/options.ts'
import type { RestoreReport } from '../../lib/job/restore/report.ts'
import { runRestore } from '../../lib/job/restore/restore.ts'
import { openSource, type SourceOptions } from '../../lib/job/restore/source/open.ts'
import { openMemory } from '../../lib/store/memory/store.ts'
import { drawing } from '../job/ingest/killing.ts'
import { FIXTURES, LINE_FORMS, type LineForm, mutatedLines } from './mutatedLines.ts'

const COMMAND = fileURLToPath(new URL('../../bin/elysiactl.js', import.meta.url))
/** Every so often the command itself reads the file as well. */
const COMMAND_EVERY = 40
const HANGS_MS = 60_000
const [DONE, REJECTS] = [0, 3]
/** Why a whole file may be refused: its lines make no class, or none of them is an object. */
const REFUSED = ['ELYSIA_CONFLICT', 'ELYSIA_INPUT', 'ELYSIA_USAGE', 'ELYSIA_INCOMPLETE']
/** Scatters the seeds of files that follow each other. */
const SCATTER = 2_654_435_761

/** How often the class is that of the whole fixture, and not derived from what is read. */
const KNOWN = 0.7

/** A line of the rejects file; those that the store refuses have an id, and all others the number of their line. */
interface RejectedLine {
  readonly line?: number
  readonly id?: string | null
  readonly code?: string
  /** Of an object that was written, some references that were not. */
  readonly references?: unknown
}

interface Read {
  readonly report?: RestoreReport
  readonly error?: unknown
  readonly rejects: readonly RejectedLine[]
}

/** Tries files for so many seconds; resolves with how many broke the law. Each that does stays where it says. */
export async function tortureLines(seconds: number, seed: number): Promise<number> {
  const until = performance.now() + seconds * 1000
  const home = mkdtempSync(join(tmpdir(), 'elysiactl-lines-'))
  const counts = { files: 0, refused: 0, objects: 0, rejects: 0, wrong: 0 }
  for (; performance.now() < until; counts.files++) {
    const draw = drawing(Math.imul(seed + counts.files, SCATTER))
    const one = LINE_FORMS[Math.floor(draw() * LINE_FORMS.length)]!
    const path = join(home, `${seed + counts.files}-${one.file}`)
    const bytes = mutatedLines(one, draw)
    writeFileSync(path, bytes)
    const known = draw() < KNOWN ? { schema: await schemaOf(one, home) } : {}
    const input: RestoreOptionsInput = { ...inputOf(one), ...known }
    const read = await readWithin(path, input)
    const fault =
      faultOf(one, bytes, read) ??
      (counts.files % COMMAND_EVERY === 0 ? exitFault(path, input, read) : undefined)
    counts.objects += read.report?.written ?? 0
    counts.rejects += read.rejects.length
    if (read.report === undefined || read.error !== undefined) counts.refused += 1
    if (fault === undefined) rmSync(path)
    else {
      counts.wrong += 1
      console.log(`WRONG: ${path}: ${fault}`)
    }
    rmSync(`${path}.rejects`, { force: true })
  }
  console.log(JSON.stringify(counts))
  if (counts.wrong === 0) rmSync(home, { recursive: true })
  return counts.wrong
}

function inputOf({ shape, idFrom }: LineForm): RestoreOptionsInput {
  return { name: 'Anything', shape: shape as 'auto', ...(idFrom !== undefined && { idFrom }) }
}

/** A file with the class that is derived from the whole lines of a form. */
async function schemaOf(form: LineForm, home: string): Promise<string> {
  const { file } = form
  const path = join(home, `${file}.schema.json`)
  if (existsSync(path)) return path
  const store = openMemory()
  const options = inputOf(form)
  const source = await openSource(join(FIXTURES, file), {
    stdin: () => Readable.from([]),
    options: options as SourceOptions,
  })
  await runRestore(source, store, options)
  await source.close?.()
  writeFileSync(path, JSON.stringify(await store.schema('Anything')))
  return path
}

async function readWithin(path: string, input: RestoreOptionsInput): Promise<Read> {
  const over = new AbortController()
  const hangs = wait(HANGS_MS, { error: new Error('it hangs'), rejects: [] }, { signal: over.signal })
  hangs.catch(() => {})
  const read = await Promise.race([readFile(path, input), hangs])
  over.abort()
  return read
}

async function readFile(path: string, input: RestoreOptionsInput): Promise<Read> {
  const rejectsPath = `${path}.rejects`
  const store = openMemory()
  const read = { rejects: [] as RejectedLine[] }
  try {
    const source = await openSource(path, { stdin: () => Readable.from([]), options: input as SourceOptions })
    try {
      const ended = await runRestore(source, store, input, { rejectsPath })
      if (existsSync(rejectsPath)) {
        const lines = readFileSync(rejectsPath, 'utf8').trimEnd().split('\n')
        read.rejects = lines.map((line) => JSON.parse(line) as RejectedLine)
      }
      const there = ended.error === undefined ? await store.collection('Anything').count() : 0
      if (ended.error === undefined && there !== ended.report.written)
        return {
          ...read,
          error: new Error(`${there} objects are there, and ${ended.report.written} were written`),
        }
      return { ...read, ...ended }
    } finally {
      await source.close?.()
    }
  } catch (error) {
    return { ...read, error }
  }
}

/** What is wrong with how a file was read; undefined if nothing is. */
function faultOf(
  { isOneEach }: LineForm,
  bytes: Buffer,
  { report, error, rejects }: Read,
): string | undefined {
  if (error !== undefined) {
    if (error instanceof ElysiaError && REFUSED.includes(error.code)) return undefined
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const { objects, written, unchanged, filtered, rejected, skipped } = report!
  const outcomes = written + unchanged + filtered + sumCounts(rejected) + sumCounts(skipped)
  if (objects !== outcomes) return `${objects} objects have ${outcomes} outcomes`
  const refused = rejects.filter(({ references }) => references === undefined)
  if (refused.length !== sumCounts(rejected))
    return `${refused.length} lines of ${sumCounts(rejected)} rejects`
  const texts = bytes.toString('latin1').split('\n')
  const full = texts.flatMap((text, at) => (/^[\s\ufeff]*$/.test(text) ? [] : [at + 1]))
  const numbers = rejects.flatMap(({ line }) => line ?? [])
  const strange = numbers.find((line) => !full.includes(line))
  if (strange !== undefined) return `a reject is of line ${strange}, which has nothing`
  const isNameless = ({ line, id, code }: RejectedLine) =>
    line === undefined && (typeof id !== 'string' || code === 'repeated_id')
  if (rejects.some(isNameless)) return 'a reject has no line, and its id does not tell which one it is'
  if (!isOneEach) return undefined
  if (objects !== full.length) return `${full.length} lines are ${objects} objects`
  return new Set(numbers).size === numbers.length ? undefined : 'a line is rejected twice'
}

/** That the command reads the same, and its exit code says so. */
function exitFault(
  path: string,
  { name, shape, schema, idFrom }: RestoreOptionsInput,
  read: Read,
): string | undefined {
  const home = mkdtempSync(join(tmpdir(), 'elysiactl-lines-home-'))
  const env = { ...process.env, XDG_DATA_HOME: home, XDG_STATE_HOME: home }
  const target = ['--target', `sqlite:${join(home, 'store.db')}`]
  const command = ['col', 'restore', path, '--name', name!, '--shape', shape!, ...target, '--json', '--quiet']
  if (schema !== undefined) command.push('--schema', schema)
  if (idFrom !== undefined) command.push('--id-from', idFrom)
  const { status, stdout } = spawnSync(process.execPath, [COMMAND, ...command], { env, encoding: 'utf8' })
  rmSync(home, { recursive: true })
  const { report } = read
  if (read.error !== undefined || report === undefined)
    return status !== null && status !== DONE && status !== REJECTS
      ? undefined
      : `exit ${status} of a refused file`
  const wanted = sumCounts(report.rejected) > 0 ? REJECTS : DONE
  if (status !== wanted) return `exit ${status}, not ${wanted}`
  const [other] = (JSON.parse(stdout) as { restores: [RestoreReport] }).restores
  const facts = ({ objects, written, rejected }: RestoreReport) => ({ objects, written, rejected })
  return isDeepStrictEqual(facts(other), facts(report))
    ? undefined
    : `the command says ${JSON.stringify(facts(other))}, and not ${JSON.stringify(facts(report))}`
}
