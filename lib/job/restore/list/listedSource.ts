import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import { archiveName, type RestoreSource } from '../source/source.ts'
import { requireParts } from './format.ts'

const MAX_LINE_LENGTH = 1024 * 1024
/** An archive has no more parts or tenants than this. */
const MOST_LINES = 10_000_000
const LINE = /^(archive|tenant|part) +(.*)$/
const SHOWN_LENGTH = 60

/**
 * A source reduced to the parts and tenants that remain in a list. Each line must name something in the archive, once.
 * Memory: the names in the list.
 * @throws ElysiaError ELYSIA_USAGE with the line; ELYSIA_CONFLICT for the list of another archive; ELYSIA_INPUT_MISSING
 */
export async function listedSource(source: RestoreSource, path: string): Promise<RestoreSource> {
  requireParts(source)
  const names = await namesIn(source, path)
  const { parts, tenants } = source
  const chosen = hash('sha256', JSON.stringify([...names].sort())).slice(0, 16)
  if (tenants === undefined) return { ...source, chosen, parts: parts.filter(({ name }) => names.has(name)) }
  return {
    ...source,
    chosen,
    tenants: tenants.filter(({ name }) => names.has(name)),
    parts: parts.filter(({ tenant }) => tenant !== undefined && names.has(tenant)),
  }
}

/** The names of the remaining tenants or parts. */
async function namesIn(source: RestoreSource, path: string): Promise<ReadonlySet<string>> {
  const kind = source.tenants === undefined ? 'part' : 'tenant'
  const knownNames = new Set((source.tenants ?? source.parts).map(({ name }) => name))
  const names = new Set<string>()
  let archive: string | undefined
  let number = 0
  const failure = (fact: string) => usage(path, fact)
  try {
    for await (const text of ownLines(createReadStream(path), { maxLength: MAX_LINE_LENGTH, failure })) {
      number += 1
      const at = (fact: string) => usage(path, `line ${number} ${fact}`)
      if (number > MOST_LINES || text.length > MAX_LINE_LENGTH) throw at('is too long, or one too many')
      const line = text.trim()
      if (line === '' || line.startsWith('#')) continue
      const [, word, rest = ''] = LINE.exec(line) ?? []
      if (word === undefined) throw at(`does not belong in a list: ${shortened(line)}`)
      if (word === 'archive') {
        archive = sameArchive(source, path, rest, archive, at)
        continue
      }
      if (archive === undefined) throw at('comes before the line that names the archive')
      const name = nameIn(rest)
      if (word !== kind || name === undefined || !knownNames.has(name)) {
        throw at(`names no ${kind} of ${archive}: ${shortened(line)}`)
      }
      if (names.has(name)) throw at(`names ${shortened(rest)} a second time`)
      names.add(name)
    }
  } catch (error) {
    if (error instanceof ElysiaError) throw error
    const code = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'ELYSIA_INPUT_MISSING' : 'ELYSIA_INPUT'
    throw new ElysiaError(code, `the list ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: '`elysiactl col restore ID --list` prints one',
    })
  }
  if (names.size === 0) throw usage(path, 'leaves nothing to restore')
  return names
}

function sameArchive(
  source: RestoreSource,
  path: string,
  rest: string,
  before: string | undefined,
  at: (fact: string) => ElysiaError,
): string {
  if (before !== undefined) throw at('names an archive a second time')
  const name = rest.split('#')[0]!.trim()
  if (name === archiveName(source)) return name
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the list ${path} is of ${shortened(name)}, not of ${archiveName(source)}`,
    {
      hint: 'nothing was written; print the list of this archive with --list',
    },
  )
}

/** A JSON string that a comment may follow. */
function nameIn(rest: string): string | undefined {
  const [text] = /^"(?:[^"\\]|\\.)*"(?= *(?:#|$))/.exec(rest) ?? []
  try {
    return text === undefined ? undefined : (JSON.parse(text) as string)
  } catch {
    return undefined
  }
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH).toWellFormed()}…` : text
}

function usage(path: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the list ${path}: ${fact}`, {
    hint: 'nothing was done; a list is what `elysiactl col restore ID --list` prints, with lines taken out',
  })
}
