import type { Inside } from './grpc.ts'
import type { Routes } from './rest.ts'

/** Objects, one by one and in batches. */
export function objectRoutes(_inside: Inside): Routes {
  return {}
}
