import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { canonicalJson } from '../../change/canonical.ts'
import { timeProperties } from '../../change/layout.ts'
import { parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { parseExact } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import { Reject } from '../../core/reject.ts'
import { isRecord } from '../../core/value/record.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { splitLines } from '../../stream/lines/splitLines.ts'
import { type ParsedLine, parseJson } from '../../stream/parseJson.ts'
import { KIT_INDEX, type KitFile } from './kit.ts'

/** A file of the kit after which a consumer has a wrong state. */
export interface ConformanceFault {
  readonly file: string
  readonly reason: string
}

/** How a dump compares with the kit that it was made with. */
export interface ConformanceReport {
  /** Files after which the consumer has the right state. */
  readonly passed: number
  readonly failed: number
  /** Files with options, which the dump leaves out. */
  readonly not_tried: number
  /** In the order of the kit. */
  readonly faults: readonly ConformanceFault[]
}

/**
 * Compares a dump, JSON lines of `{file, state, rejected}`, with the kit that it was made with. Memory: the kit, and
 * one line. Missing or wrong data is a fault in the report.
 * @throws ElysiaError ELYSIA_NOT_FOUND if the directory holds no kit, ELYSIA_INPUT_MISSING if there is no dump,
 * ELYSIA_INPUT if it is not JSON lines
 */
export async function checkConformance(
  directory: string,
  dump: string | Readable,
): Promise<ConformanceReport> {
  const files = await kitIn(directory)
  const faultsByFile = new Map<string, string | undefined>()
  await pipeline(
    typeof dump === 'string' ? await openDump(dump) : dump,
    decompress(),
    splitLines(),
    parseJson(),
    async (lines: AsyncIterable<ParsedLine | Reject>) => {
      for await (const line of lines) {
        const { file, fault } = heldAgainst(files, line)
        faultsByFile.set(file, faultsByFile.has(file) ? 'is in the dump twice' : fault)
      }
    },
  )
  return reportOf([...files.values()], faultsByFile)
}

async function openDump(path: string): Promise<Readable> {
  try {
    const file = await open(path)
    if ((await file.stat()).isDirectory()) {
      await file.close()
      throw new Error('it is a directory')
    }
    return file.createReadStream()
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const fact = isMissing
      ? `there is no dump ${path}`
      : `the dump ${path} cannot be read: ${messageOf(cause)}`
    throw new ElysiaError(isMissing ? 'ELYSIA_INPUT_MISSING' : 'ELYSIA_INPUT', fact, {
      cause,
      hint: 'name the file that the consumer wrote; - reads it from stdin',
    })
  }
}

async function kitIn(directory: string): Promise<ReadonlyMap<string, KitFile>> {
  const path = join(directory, KIT_INDEX)
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${directory} holds no kit: ${messageOf(cause)}`, {
      cause,
      hint: '`elysiactl format conformance DIR` writes one',
    })
  })
  const kit = parseExact(text)
  if (!isRecord(kit) || kit.version !== 1 || !Array.isArray(kit.files)) {
    throw new ElysiaError('ELYSIA_INPUT', `${path} is not what this version writes`)
  }
  const files = kit.files as unknown as readonly KitFile[]
  return new Map(files.map((file) => [file.file, file]))
}

function heldAgainst(
  files: ReadonlyMap<string, KitFile>,
  line: ParsedLine | Reject,
): { readonly file: string; readonly fault: string | undefined } {
  const value = line instanceof Reject ? undefined : parseBounded(line.text)
  if (line instanceof Reject || !isRecord(value) || typeof value.file !== 'string') {
    const why = line instanceof Reject ? line.reason : 'it has no file'
    throw new ElysiaError('ELYSIA_INPUT', `line ${line.line} of the dump is not about a file: ${why}`, {
      hint: 'each line is {"file": …, "state": …, "rejected": […]}',
    })
  }
  const expected = files.get(value.file)
  if (expected === undefined) {
    throw new ElysiaError('ELYSIA_INPUT', `line ${line.line} of the dump: the kit has no file ${value.file}`)
  }
  return {
    file: value.file,
    fault: faultOf(expected, parseExact(line.text) as { readonly [key: string]: Json }),
  }
}

/** The first difference; undefined if there is none. */
function faultOf(expected: KitFile, dumped: { readonly [key: string]: Json }): string | undefined {
  const { state = {}, rejected = [] } = dumped
  if (canonicalJson(rejected) !== canonicalJson([...expected.rejected])) {
    return `rejects the lines ${canonicalJson(rejected)}, not ${canonicalJson([...expected.rejected])}`
  }
  if (!isRecord(state)) return 'has a state that is not an object'
  const [own, wanted] = [filesIn(state as Json), filesIn(expected.state as unknown as Json)]
  for (const [path, file] of wanted) {
    if (!own.has(path)) return `lacks ${path}`
    if (own.get(path) !== file) return `has ${path} as ${own.get(path)}, not ${file}`
  }
  const extra = [...own.keys()].find((path) => !wanted.has(path))
  return extra === undefined ? undefined : `has ${extra}, which is not to be there`
}

/** Each file as canonical JSON, by repository and path. */
function filesIn(state: Json): Map<string, string> {
  const files = new Map<string, string>()
  if (!isRecord(state)) return files
  for (const [repo, paths] of Object.entries(state)) {
    if (!isRecord(paths)) continue
    for (const [path, file] of Object.entries(paths)) {
      files.set(JSON.stringify([repo, path]), canonicalJson(spelled(file as Json)))
    }
  }
  return files
}

/** A time may be written as the record had it. */
function spelled(file: Json): Json {
  if (!isRecord(file) || typeof file.timestamp !== 'string') return file
  return { ...(file as { [key: string]: Json }), timestamp: timeProperties(file.timestamp).last_modified! }
}

function reportOf(
  files: readonly KitFile[],
  faultsByFile: ReadonlyMap<string, string | undefined>,
): ConformanceReport {
  const faults: ConformanceFault[] = []
  let [passed, notTried] = [0, 0]
  for (const { file, options } of files) {
    const reason = faultsByFile.has(file) ? faultsByFile.get(file) : 'is not in the dump'
    if (!faultsByFile.has(file) && options !== undefined) notTried += 1
    else if (reason === undefined) passed += 1
    else faults.push({ file, reason })
  }
  return { passed, failed: faults.length, not_tried: notTried, faults }
}
