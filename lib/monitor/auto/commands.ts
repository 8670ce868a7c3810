import { namePattern } from '../../file/namePattern.ts'
import { COMMANDS_OF, type Policy } from './policies.ts'

/**
 * The command lines of a policy, each a run of its own. `archived` lists the collections that have archives, for jobs
 * that work on archives. Empty if no name fits.
 */
export function commandsOf(policy: Policy, archived: () => readonly string[]): string[][] {
  const { kind, collections, words } = policy
  const command = COMMANDS_OF[kind]
  if (kind === 'cleanup') return [[...command, ...words]]
  if (collections === undefined) return [[...command, '--all', ...words]]
  const isPlain = !collections.some(isPattern)
  if (kind === 'backup') {
    if (isPlain) return collections.map((name) => [...command, name, ...words])
    return [[...command, ...collections.flatMap((one) => ['--include', one]), ...words]]
  }
  return matching(collections, archived).map((name) => [...command, `latest:${name}`, ...words])
}

/** Plain names as they are, even if nothing exists for them; for patterns the names that match. Each once. */
function matching(collections: readonly string[], archived: () => readonly string[]): string[] {
  const all = collections.flatMap((one) => {
    if (!isPattern(one)) return [one]
    const fits = namePattern(one, { option: 'collections', dot: true })
    return archived().filter(fits)
  })
  return [...new Set(all)]
}

function isPattern(name: string): boolean {
  return /[*?[{\\]/.test(name)
}
