import { maskSecrets } from '../../library.ts'

/** Words in shell syntax, to be pasted; credentials are masked. */
export function commandLine(words: readonly string[]): string {
  return maskSecrets(['elysiactl', ...words].map(quoted).join(' '))
}

/** The typed words, with added flags and without dropped ones. */
export function changedWords(
  typed: readonly string[],
  { add = [], drop = [] }: { readonly add?: readonly string[]; readonly drop?: readonly string[] },
): string[] {
  const end = typed.indexOf('--')
  const [own, rest] = end === -1 ? [typed, []] : [typed.slice(0, end), typed.slice(end)]
  const kept = own.filter((word) => !drop.includes(word))
  return [...kept, ...add.filter((flag) => !kept.includes(flag)), ...rest]
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
