import packageJson from '../../package.json' with { type: 'json' }

/** What made an archive. */
export const TOOL = { name: packageJson.name, version: packageJson.version }
