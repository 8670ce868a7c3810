import type { ConnectionGRPC } from 'weaviate-client'

export type { ConnectionGRPC }

/** Takes 180 ms, or 55 in the command's single file (scripts/bundle.ts): loaded when the first server is opened. */
export const loadLibrary = () => import('weaviate-client')
