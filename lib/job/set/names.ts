import { ElysiaError } from '../../core/errors.ts'
import { namePattern } from '../../file/namePattern.ts'
import type { SetOptions } from './options.ts'

/** True if the options select several collections. */
export function isSet({ all = false, include, exclude }: SetOptions): boolean {
  return all || include !== undefined || exclude !== undefined
}

/**
 * The selected names, in order: all, or those that match `include`, without those that match `exclude`.
 * @throws ElysiaError ELYSIA_USAGE for an invalid pattern; ELYSIA_NOT_FOUND if no name is left
 */
export function selectedNames(
  names: readonly string[],
  { include, exclude }: SetOptions,
  where: string,
): string[] {
  const wanted = matcher(include, '--include')
  const unwanted = matcher(exclude, '--exclude')
  const chosen = names.filter((name) => wanted?.(name) !== false && unwanted?.(name) !== true).sort()
  if (chosen.length > 0) return chosen
  const fact = names.length === 0 ? `${where} holds no collection` : `no collection of ${where} is selected`
  throw new ElysiaError('ELYSIA_NOT_FOUND', fact, {
    hint: names.length === 0 ? '`elysiactl col ls` lists them' : `there are ${names.slice(0, 10).join(', ')}`,
  })
}

/** Several patterns are separated by semicolons; one of them must match. */
function matcher(patterns: string | undefined, option: string): ((name: string) => boolean) | undefined {
  if (patterns === undefined) return undefined
  const all = patterns.split(';').map((pattern) => namePattern(pattern, { option, dot: true }))
  return (name) => all.some((matches) => matches(name))
}
