import { dirname, resolve } from 'node:path'
import type { OptionSchema } from '../options/schema.ts'
import { type ConfigFile, liesBelow } from './files.ts'
import { PERSONAL_TARGET_KEYS } from './namedTarget.ts'
import { isSection, SECTIONS } from './sections.ts'

/** Options by their key in a file. */
export type OptionsByKey = ReadonlyMap<string, { readonly key: string; readonly option: OptionSchema }>

const PERSONAL = 'which only a flag, the environment or your own file may say'
const OUTSIDE = 'which leads out of its directory'

/**
 * Why a project's file is refused, as the end of a sentence; undefined if it is accepted. Its author is the author of
 * the project, so it must not set keys, headers or trust, and its paths must be below its directory.
 */
export function projectFileFault({ path, content }: ConfigFile, options: OptionsByKey): string | undefined {
  for (const [name, value] of Object.entries(content)) {
    const option = options.get(name)?.option
    if (option?.personal === true || (isSection(name) && SECTIONS[name].personal))
      return `it sets ${name}, ${PERSONAL}`
    const outside = leadsOut(path, value, option?.path === true)
    if (outside) return `it sets ${name} to a path ${OUTSIDE}`
  }
  const { targets } = content
  if (typeof targets !== 'object' || targets === null) return undefined
  return Object.entries(targets)
    .map(([name, target]) => overreachOf(path, name, target))
    .find(Boolean)
}

function overreachOf(file: string, name: string, entry: unknown): string | undefined {
  const target = typeof entry === 'string' ? { url: entry } : entry
  if (typeof target !== 'object' || target === null) return undefined
  for (const [key, value] of Object.entries(target)) {
    const where = `${key} of targets.${name}`
    if (PERSONAL_TARGET_KEYS.includes(key)) return `it sets ${where}, ${PERSONAL}`
    if (leadsOut(file, value, key.endsWith('_file'))) return `it sets ${where} to a path ${OUTSIDE}`
  }
  return undefined
}

function leadsOut(file: string, value: unknown, isPath: boolean): boolean {
  if (typeof value !== 'string') return false
  const path = value.startsWith('sqlite:') ? value.slice('sqlite:'.length) : isPath ? value : undefined
  return path !== undefined && !liesBelow(dirname(file), resolve(dirname(file), path))
}
