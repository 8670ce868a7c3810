import type { OptionsSchema } from '../options/schema.ts'

/** The options for choosing a store and its credentials. */
export const targetOptions = {
  type: 'object',
  name: 'target',
  description: 'Which store is meant, and how it is reached.',
  properties: {
    target: {
      type: 'string',
      kind: 'target',
      description: 'sqlite:PATH, http(s)://HOST:PORT[?grpc=HOST:PORT], or a name from the configuration',
      placeholder: 'TARGET',
    },
    apiKeyFile: {
      type: 'string',
      kind: 'file',
      description: 'a file that holds the API key (or set ELYSIACTL_API_KEY)',
      placeholder: 'FILE',
      path: true,
      personal: true,
    },
    caFile: {
      type: 'string',
      kind: 'file',
      description: 'PEM certificates of the authority that signed the server’s certificate',
      placeholder: 'FILE',
      path: true,
      personal: true,
    },
    certFile: {
      type: 'string',
      kind: 'file',
      description: 'a PEM client certificate, for a server that asks for one; with --key-file',
      placeholder: 'FILE',
      path: true,
      personal: true,
    },
    keyFile: {
      type: 'string',
      kind: 'file',
      description: 'the PEM private key of --cert-file, without a passphrase',
      placeholder: 'FILE',
      path: true,
      personal: true,
    },
  },
} as const satisfies OptionsSchema
