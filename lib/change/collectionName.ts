import { ElysiaError } from '../core/errors.ts'

/** The names that Weaviate allows for a class. */
const CLASS_NAME = /^[A-Z][_0-9A-Za-z]{0,254}$/

/** Letters that Unicode does not decompose, with their spelling. */
const SPELLED: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ı: 'i',
  þ: 'th',
}

/**
 * The class name of a collection: ASCII characters that a class name cannot contain separate words, and each word
 * begins with a capital. `source-code` becomes `SourceCode`, which stays the same; two names may become the same
 * class. A name with other characters is refused, because it would lose them, and could become the class of another
 * name.
 * @throws ElysiaError ELYSIA_USAGE if there is no class name for it, or a letter would be lost
 */
export function classNameOf(name: string): string {
  const className = joined(name)
  if (isAscii(name) && CLASS_NAME.test(className)) return className
  const rule =
    'Use a name of at most 255 ASCII letters, digits and underscores that begins with a letter, such as source-code.'
  const near = closestLegal(name)
  throw new ElysiaError('ELYSIA_USAGE', `"${name}" cannot be the name of a collection`, {
    hint: near === undefined ? rule : `${rule} The nearest one is ${near}, the class ${joined(near)}.`,
  })
}

function joined(name: string): string {
  const words = name.split(/[^_0-9A-Za-z]+/)
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/**
 * The name without accents and other characters that no class name can contain; undefined if nothing is left.
 */
function closestLegal(name: string): string | undefined {
  const spelled = [...name].map((letter) => spelledOut(letter)).join('')
  const words = spelled.split(/[^_0-9A-Za-z]+/).filter((word) => word !== '')
  const near = words.join('-').replace(/^[^A-Za-z]+/, '')
  return near !== '' && CLASS_NAME.test(joined(near)) ? near : undefined
}

function spelledOut(letter: string): string {
  const plain = SPELLED[letter] ?? SPELLED[letter.toLowerCase()]?.toUpperCase()
  return plain ?? letter.normalize('NFKD').replace(/\p{M}/gu, '')
}

function isAscii(text: string): boolean {
  return !/\P{ASCII}/u.test(text)
}
