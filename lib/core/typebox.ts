/** typebox: schemas as values. It takes 70 ms to load, so only lazily loaded files import it. */
export { default, type Static, type TProperties } from 'typebox'

/** Loads the compiler that turns a schema into a check; takes 200 ms. */
export const loadCompiler = async () => (await import('typebox/compile')).default
