import type { ConnectionGRPC } from 'weaviate-client'

export type { ConnectionGRPC }

/** Takes 320 ms: loaded when the first server is opened. */
export const loadLibrary = () => import('weaviate-client')
