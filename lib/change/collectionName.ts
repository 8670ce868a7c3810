import { ElysiaError } from '../errors.ts'

/** What Weaviate allows as the name of a class. */
const CLASS_NAME = /^[A-Z][_0-9A-Za-z]{0,254}$/

/**
 * The class that a collection's name stands for: characters that a class name cannot hold split words, each
 * word begins with a capital. `source-code` is `SourceCode`, which is its own class; two names may share one.
 * @throws ElysiaError ELYSIA_USAGE where no class name comes out
 */
export function classNameOf(name: string): string {
  const words = name.split(/[^_0-9A-Za-z]+/)
  const className = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  if (CLASS_NAME.test(className)) return className
  throw new ElysiaError('ELYSIA_USAGE', `"${name}" cannot be the name of a collection`, {
    hint: 'Use a name of at most 255 letters, digits and underscores that begins with a letter, such as source-code.',
  })
}
