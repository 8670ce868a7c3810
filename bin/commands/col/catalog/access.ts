import { type OptionsSchema, targetOptions } from '../../../library.ts'

const { apiKeyFile, caFile, certFile, keyFile } = targetOptions.properties

/** Access to a store that another option than --target names. */
export const accessOptions = {
  type: 'object',
  name: 'access',
  description: targetOptions.description,
  properties: { apiKeyFile, caFile, certFile, keyFile },
} as const satisfies OptionsSchema
