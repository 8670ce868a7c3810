import { createRequire } from 'node:module'

interface Description {
  readonly name: string
  readonly version: string
}

const { name, version } = createRequire(import.meta.url)('elysiactl/package.json') as Description

/** The program that made an archive. */
export const TOOL = { name, version }
