import { loadAuto, messageOf, type Policy, readSettings, type Settings } from '../../library.ts'
import type { Context } from '../command.ts'
import { allSchemas } from '../registry.ts'
import { optionWords } from './words.ts'

/**
 * The policies of a configuration; undefined if it has none.
 * @throws ElysiaError ELYSIA_USAGE with the place of a fault
 */
export async function policiesIn(
  { commands }: Pick<Context, 'commands'>,
  { sections }: Settings,
): Promise<Policy[] | undefined> {
  const section = sections.find(({ name }) => name === 'auto')
  if (section === undefined) return undefined
  const { readPolicies } = await loadAuto()
  return readPolicies(section, (words, options, file) => optionWords(commands, words, options, file))
}

/**
 * Returns the current policies of the configuration files at each call. A faulty configuration is reported once, and
 * the earlier one stays; a new one is passed to `take`, which may refuse it by throwing. The first call returns
 * `first`.
 */
export function policiesNow(
  context: Pick<Context, 'commands' | 'console' | 'settings'>,
  first: readonly Policy[],
  take: (settings: Settings) => Promise<void>,
): () => Promise<readonly Policy[]> {
  const { commands, console } = context
  let policies = first
  let lastSeen: string | undefined
  const look = async () => {
    let seen = ''
    try {
      const schemas = () => allSchemas(commands)
      const settings = await readSettings({ schemas, env: process.env, directory: process.cwd() })
      seen = textOf(settings)
      if (seen === lastSeen) return
      const read = await policiesIn(context, settings)
      await take(settings)
      policies = read ?? []
      if (read === undefined)
        console.warn('the configuration no longer has policies: nothing runs until it does')
      else console.note('the configuration has changed: its new policies apply from now on')
    } catch (error) {
      if (seen === '') seen = messageOf(error)
      if (seen === lastSeen) return
      console.warn(
        `the changed configuration is not used: ${messageOf(error)}; the earlier policies stay in force`,
      )
    }
    lastSeen = seen
  }
  return async () => {
    if (lastSeen === undefined) lastSeen = textOf(context.settings)
    else await look()
    return policies
  }
}

/** The settings that `auto` depends on. */
function textOf({ sections, targets }: Settings): string {
  return JSON.stringify([sections, targets])
}
