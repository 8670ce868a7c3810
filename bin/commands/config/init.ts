import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command, Context } from '../../cli/command.ts'
import { configurationText } from '../../cli/help/configurationText.ts'
import { loadAll } from '../../cli/registry.ts'
import { ElysiaError, messageOf, userPaths } from '../../library.ts'

/** `config init`: writes a configuration file with everything commented out. Never overwrites one. */
export const command: Command = {
  summary: 'write a configuration file with every option commented out',
  operands: [{ name: 'FILE', kind: 'file', optional: true }],
  examples: ['elysiactl config init', 'elysiactl config init elysiactl.yaml'],
  schemas: [],
  exits: ['conflict'],
  document: 'created',
  docs: 'docs/configuration.md',
  run,
}

const ENDING = /\.ya?ml$/

async function run({ operands, commands, console }: Context): Promise<void> {
  const path = resolve(operands[0] ?? join(userPaths().config, 'config.yaml'))
  if (!ENDING.test(path)) {
    throw new ElysiaError('ELYSIA_USAGE', `${path} is not named like a configuration`, {
      hint: "a project's file is elysiactl.yaml; without FILE the user's own is written",
    })
  }
  // Only the user's own file may set personal options, and a project's file is found by its name.
  const isProject = operands[0] !== undefined
  refuseOther(path, isProject)
  const text = configurationText(await loadAll(commands), isProject)
  await create(path, text)
  if (console.json) return console.document({ path })
  console.note([
    `written: ${path}`,
    'everything in it is commented out; `elysiactl config show` shows the values in force',
  ])
}

/** Refuses a second file with another ending, since only one would be read. */
function refuseOther(path: string, isProject: boolean): void {
  const stem = isProject ? path.replace(ENDING, '') : join(dirname(path), 'config')
  const found = ['yaml', 'yml', 'json'].map((ending) => `${stem}.${ending}`).find((one) => existsSync(one))
  if (found !== undefined) throw isThere(found)
}

async function create(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, text, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(path)
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be written: ${messageOf(cause)}`, { cause })
  }
}

function isThere(path: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `${path} is there already`, {
    hint: 'nothing was written: move it away, or give another FILE',
  })
}
