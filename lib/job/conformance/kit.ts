import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ElysiaError } from '../../core/errors.ts'
import { exactJson } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import type { ConformanceOptions } from './options.ts'
import { randomRecords } from './random.ts'
import { type EndState, endStateOf, type ReadOptions } from './state.ts'

/** The options that a consumer needs to read an example correctly. */
export interface ExampleOptions {
  readonly strict?: boolean
  /** A directory of the kit. */
  readonly contentRoot?: string
  readonly maxLineBytes?: number
  readonly maxContentBytes?: number
}

/** A file of the kit, and the state of an empty consumer after reading it. */
export interface KitFile extends EndState {
  readonly file: string
  readonly description: string
  readonly options?: ExampleOptions
}

/** The content of a kit. */
export interface WrittenKit {
  readonly directory: string
  readonly files: number
}

/** The file of a kit that lists all other files, with the expected state after each. */
export const KIT_INDEX = 'kit.json'

/**
 * Writes a conformance kit into a missing or empty directory: the examples of the change format, files of random
 * records, and `kit.json`, which says for each of them what a consumer holds after reading it. Memory: one file of
 * records.
 * @throws ElysiaError ELYSIA_CONFLICT if the directory is not empty
 */
export async function writeConformanceKit(
  directory: string,
  options: ConformanceOptions,
): Promise<WrittenKit> {
  await requireEmpty(directory)
  const files = [...(await examples(directory)), ...(await sequences(directory, options))]
  await writeFile(join(directory, 'README.md'), README)
  await writeFile(join(directory, KIT_INDEX), `${exactJson({ version: 1, files } as unknown as Json)}\n`)
  return { directory, files: files.length }
}

async function requireEmpty(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  if ((await readdir(directory)).length === 0) return
  throw new ElysiaError('ELYSIA_CONFLICT', `${directory} is not empty`, {
    hint: 'name a directory that is not there yet: nothing is written over',
  })
}

/** The directory of the examples in this package. */
function examplesOfPackage(): string {
  const here = createRequire(import.meta.url).resolve('elysiactl/package.json')
  return join(dirname(here), 'fixtures', 'examples')
}

async function examples(directory: string): Promise<KitFile[]> {
  const from = examplesOfPackage()
  await cp(from, join(directory, 'examples'), { recursive: true })
  const index = JSON.parse(await readFile(join(from, 'index.json'), 'utf8')) as Pick<
    KitFile,
    'file' | 'description' | 'options'
  >[]
  const made: KitFile[] = []
  for (const { file, description, options } of index) {
    const end = await endStateOf(join(from, file), readOptions(from, options))
    const exampleOptions = options === undefined ? {} : { options: ofKit(options) }
    made.push({ file: `examples/${file}`, description, ...exampleOptions, ...end })
  }
  return made
}

/** The options with directories of the kit. */
function ofKit(options: ExampleOptions): ExampleOptions {
  const { contentRoot } = options
  return contentRoot === undefined ? options : { ...options, contentRoot: `examples/${contentRoot}` }
}

function readOptions(root: string, options: ExampleOptions = {}): ReadOptions {
  const { strict = false, contentRoot, maxLineBytes, maxContentBytes } = options
  return {
    lines: maxLineBytes === undefined ? {} : { maxLineBytes },
    validate: { strict },
    operations: {
      ...(contentRoot !== undefined && { contentRoot: join(root, contentRoot) }),
      ...(maxContentBytes !== undefined && { maxContentBytes }),
    },
  }
}

async function sequences(
  directory: string,
  { sequences, records, seed }: ConformanceOptions,
): Promise<KitFile[]> {
  await mkdir(join(directory, 'random'))
  const made: KitFile[] = []
  for (let at = 0; at < sequences; at += 1) {
    const file = `random/${String(at).padStart(4, '0')}.jsonl`
    const lines = randomRecords(`${seed} ${at}`, records).map((record) => `${exactJson(record)}\n`)
    await writeFile(join(directory, file), lines.join(''))
    made.push({
      file,
      description: `Random records: seed ${seed}.`,
      ...(await endStateOf(join(directory, file))),
    })
  }
  return made
}

const README = `# A conformance kit for the change format

Each file that kit.json names is read by a consumer that begins with nothing. Of what it then has, write a line of JSON into a
file, the dump:

    {"file": "random/0001.jsonl", "state": {"repo": {"path": {"content": "…", "metadata": {…}, "timestamp": "…"}}}, "rejected": [3, 7]}

\`metadata\` and \`timestamp\` are left out where a file has none. \`rejected\` are the numbers of the lines that were rejected, from 1.
Then

    elysiactl format conformance check DIRECTORY DUMP

says what is not as docs/format.md wants it. Files with \`options\` need what these say, and may be left out:

- \`contentRoot\`: the directory, in this kit, that \`content_ref\` may name files of. Without it every \`content_ref\` is rejected.
- \`strict\`: fields that the format does not know are rejected, in control records as well.
- \`maxLineBytes\`: a longer line is rejected. \`maxContentBytes\`: so is a \`content_ref\` to a larger file.
`
