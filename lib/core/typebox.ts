/**
 * typebox: schemas as values. Its 700 modules take 100 ms to load, and the compiler's 70 more, so only lazily loaded
 * files import it; the command contains them as one file, which takes 10 and 4 (scripts/bundle.ts).
 */
export { default, type Static, type TProperties, type TSchema } from 'typebox'

/** Loads the compiler that turns a schema into a check. */
export const loadCompiler = async () => (await import('typebox/compile')).default

/**
 * Loads the check that reads a schema as it goes, without compiling it: for what is checked once, such as a
 * configuration. Compiling the schema of alerts takes ten times as long as checking with it.
 */
export const loadCheck = async () => {
  const { Check, Errors } = await import('typebox/value')
  return { check: Check, errorsOf: Errors }
}
