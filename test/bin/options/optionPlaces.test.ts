// Every option of every command, in each of the three places where SPEC.md says it may be set.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readArguments } from '../../../bin/cli/arguments.ts'
import { allSchemas, commandsOf, schemasOf } from '../../../bin/cli/registry.ts'
import { COMMANDS } from '../../../bin/commands/table.ts'
import { layersFor, readSettings } from '../../../lib/config/settings.ts'
import { type Layer, namesOf, resolveOptions } from '../../../lib/options/options.ts'
import type { OptionSchema, OptionsSchema } from '../../../lib/options/schema.ts'
import { OptionFault, optionValue } from '../../../lib/options/value.ts'
import { adds, home } from '../elysiactl.ts'

interface Case {
  readonly command: string
  readonly schema: OptionsSchema
  readonly key: string
  readonly option: OptionSchema
}

const cases: Case[] = []
const schemasByCommand = new Map<string, readonly OptionsSchema[]>()
for (const [command, load] of commandsOf(COMMANDS)) {
  const schemas = schemasOf((await load()).command)
  schemasByCommand.set(command, schemas)
  for (const schema of schemas) {
    for (const [key, option] of Object.entries(schema.properties))
      cases.push({ command, schema, key, option })
  }
}

const TEXTS = ['a', '0640', '1', '5%', '1/2', '30d', 'http://127.0.0.1:1']

/** A value that is not the default, as a person writes it. */
function example(option: OptionSchema): string | boolean {
  const { type, default: standard, minimum = 0 } = option
  if (type === 'boolean') return standard !== true
  const unit = option.unit === undefined ? '' : { bytes: 'B', milliseconds: 'ms' }[option.unit]
  const numbers = [`${minimum + 1}${unit}`, `${minimum}${unit}`]
  const own = option.example === undefined ? [] : [option.example]
  const texts = option.enum?.filter((one) => one !== standard) ?? option.enum ?? [...TEXTS, ...own]
  const candidates = type === 'integer' ? numbers : [...texts, ...(option.enum ?? [])]
  const found = candidates.find((text) => !(optionValue(option, text, false) instanceof OptionFault))
  if (found === undefined) throw new Error(`no example for ${JSON.stringify(option)}`)
  return found
}

/** What the command works with where these layers are given. */
function valueIn({ schema, key }: Case, layers: readonly Layer[]): unknown {
  const free = { ...schema, required: [] }
  return (resolveOptions(free, layersFor(free, layers)).options as Record<string, unknown>)[key]
}

function inArguments({ command, key, option }: Case, schemas: readonly OptionsSchema[]): Layer {
  const value = example(option)
  const { flag } = namesOf(key, option)
  const words = typeof value === 'string' ? [`--${flag}`, value] : [`--${value ? '' : 'no-'}${flag}`]
  const { flags, operands } = readArguments(words, schemas)
  if (operands.length > 0) throw new Error(`${command} takes ${words.join(' ')} as operands`)
  return flags
}

/** The settings of an environment and a file, which many commands share: each is read once. */
function settingsIn(t: Test): (env: Record<string, string>, file: object) => Promise<readonly Layer[]> {
  const directory = t.testdir({ project: {}, user: {} })
  const known = new Map<string, Promise<readonly Layer[]>>()
  return (env, file) => {
    const key = JSON.stringify([env, file])
    const layers = known.get(key) ?? settings(t, directory, env, file)
    known.set(key, layers)
    return layers
  }
}

async function settings(
  t: Test,
  directory: string,
  env: Record<string, string>,
  file: object,
): Promise<readonly Layer[]> {
  const userDirectory = join(directory, 'user')
  writeFileSync(join(userDirectory, 'config.json'), JSON.stringify(file), { mode: 0o600 })
  const read = await readSettings({
    schemas: () => allSchemas(COMMANDS),
    env,
    directory: join(directory, 'project'),
    userDirectory,
  })
  t.same(read.warnings, [])
  return read.layers
}

t.test('no two options of a command have one flag, or one key', async (t) => {
  for (const [command, schemas] of schemasByCommand) {
    const all = schemas.flatMap(({ properties }) => Object.entries(properties))
    const flags = all.map(([key, option]) => namesOf(key, option).flag)
    const keys = all.map(([key]) => key)
    for (const names of [flags, keys])
      t.same(
        names.filter((name, at) => names.indexOf(name) !== at),
        [],
        command,
      )
  }
})

t.test('every option works as a flag of its command', async (t) => {
  t.ok(cases.length > 150, `${cases.length} options`)
  for (const one of cases) {
    const layer = inArguments(one, schemasByCommand.get(one.command)!)
    t.same(
      valueIn(one, [layer]),
      optionValue(one.option, example(one.option), false),
      `${one.command} ${one.key}`,
    )
  }
})

const settable = cases.filter(({ option }) => option.flagOnly !== true)

t.test('every option that is not for the flag alone works as a variable of the environment', async (t) => {
  const read = settingsIn(t)
  for (const one of settable) {
    const { env } = namesOf(one.key, one.option)
    const value = example(one.option)
    const layers = await read({ [env]: String(value) }, {})
    t.same(valueIn(one, layers), optionValue(one.option, value, false), `${one.command} ${env}`)
  }
})

t.test('and as a key of a configuration file', async (t) => {
  const read = settingsIn(t)
  for (const one of settable) {
    const { key } = namesOf(one.key, one.option)
    const value = example(one.option)
    const layers = await read({}, { [key]: value })
    const expected = optionValue(one.option, value, false)
    const got = valueIn(one, layers)
    // A path in a file is relative to that file.
    if (one.option.path === true) t.ok(String(got).endsWith(`/user/${expected}`), `${one.command} ${key}`)
    else t.same(got, expected, `${one.command} ${key}`)
  }
})

t.test('an option for the flag alone is set by no variable and by no file', async (t) => {
  for (const one of cases.filter(({ option }) => option.flagOnly === true)) {
    const { env, key } = namesOf(one.key, one.option)
    const value = example(one.option)
    for (const kind of ['environment', 'file'] as const) {
      const layer = { kind, origin: kind, values: { [one.key]: value } }
      t.same(valueIn(one, [layer]), one.option.default, `${one.command} ${env} ${key}`)
    }
  }
})

t.test('a setting of that name for one job does not reach the flag of another', async (t) => {
  const { run } = home(
    t,
    { 'changes.jsonl': adds(2) },
    { ELYSIACTL_COLLECTION: 'c', ELYSIACTL_MAX_ERRORS: '5%', ELYSIACTL_VECTORIZER: 'text2vec-x' },
  )
  t.equal((await run(['index', 'process-jsonl', 'changes.jsonl'])).code, 0)
  t.equal((await run(['col', 'backup', 'C', '--to', 'archive'])).code, 0)
  t.match(await run(['col', 'catalog', 'list', '--json']), { code: 0, stdout: /"total":1\b/ })
  t.equal((await run(['col', 'catalog', 'verify', 'archive'])).code, 0)
  t.equal((await run(['col', 'restore', 'archive', '--name', 'd'])).code, 0)
})

t.test('--level, ELYSIACTL_LEVEL and level: are one option', async (t) => {
  const files = { 'changes.jsonl': adds(2), 'elysiactl.yaml': 'level: exists\n' }
  const { run } = home(t, files)
  await run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c'])
  await run(['col', 'backup', 'c', '--to', 'archive'])
  const verify = ['col', 'catalog', 'verify', 'archive', '--json']
  t.match(JSON.parse((await run(verify)).stdout).verifications, [{ level: 'exists' }])
  const other = home(t, files, { ELYSIACTL_LEVEL: 'records' })
  await other.run(['index', 'process-jsonl', 'changes.jsonl', '--collection', 'c'])
  await other.run(['col', 'backup', 'c', '--to', 'archive'])
  t.match(JSON.parse((await other.run(verify)).stdout).verifications, [{ level: 'records' }])
  t.match(JSON.parse((await other.run([...verify, '--level', 'stored'])).stdout).verifications, [
    { level: 'stored' },
  ])
})
