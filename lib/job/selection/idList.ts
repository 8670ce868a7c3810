import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { canonicalUuid, isUuidOfAnySpelling } from '../../core/value/uuid.ts'

/** The manifest contains all ids. */
const MOST_IDS = 100_000
const MAX_FILE_BYTES = 8 * 1024 * 1024
const SHOWN_LENGTH = 60

/**
 * The ids of `--objects`: separated by commas, or from `@FILE`, separated by commas or newlines. In any spelling;
 * returned as stores hold them, in order, each once.
 * @throws ElysiaError ELYSIA_USAGE for anything that is not a UUID, ELYSIA_INPUT_MISSING and ELYSIA_INPUT for a file
 */
export async function idListOf(given: string): Promise<string[]> {
  const isFile = given.startsWith('@')
  const words = (isFile ? await readText(given.slice(1)) : given).split(/[,\r\n]/).map((word) => word.trim())
  const ids = new Set<string>()
  for (const word of words) {
    if (word === '') continue
    if (!isUuidOfAnySpelling(word)) throw noId(word, isFile)
    ids.add(canonicalUuid(word))
  }
  if (ids.size === 0)
    throw usage('--objects names no object', 'give ids separated by commas, or @FILE with one a line')
  if (ids.size > MOST_IDS) {
    throw usage(`--objects names ${ids.size} objects`, `at most ${MOST_IDS} at once; --filter selects more`)
  }
  return [...ids].sort()
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) throw usage(`${path} is larger than 8 MiB`, `at most ${MOST_IDS} ids at once`)
    return await text(createReadStream(path, { end: MAX_FILE_BYTES }))
  } catch (cause) {
    if (cause instanceof ElysiaError) throw cause
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'ELYSIA_INPUT_MISSING' : 'ELYSIA_INPUT'
    throw new ElysiaError(code, `the ids in ${path} cannot be read: ${messageOf(cause)}`, {
      cause,
      hint: 'nothing was done; @FILE names a file with one id a line',
    })
  }
}

function noId(word: string, isFile: boolean): ElysiaError {
  const shown = JSON.stringify(word.length > SHOWN_LENGTH ? `${word.slice(0, SHOWN_LENGTH)}…` : word)
  return usage(`--objects: ${shown} is not a UUID`, isFile ? 'one id a line' : 'a file of ids is @FILE')
}

function usage(fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', fact, { hint })
}
