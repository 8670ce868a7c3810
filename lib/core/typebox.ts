/** Schemas that are values. It takes 70 ms to load: only what is itself loaded late imports it. */
export { default, type Static, type TProperties } from 'typebox'

/** What makes a check of a schema; 200 ms to load. */
export const loadCompiler = async () => (await import('typebox/compile')).default
