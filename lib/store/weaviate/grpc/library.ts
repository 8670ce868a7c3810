import type { ConnectionGRPC } from 'weaviate-client'

export type { ConnectionGRPC }

/** Takes 180 ms, and 55 in the command, which has it in one file (scripts/bundle.ts): loaded when the first server is opened. */
export const loadLibrary = () => import('weaviate-client')
