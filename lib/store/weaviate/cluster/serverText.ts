/**
 * Parts of the server's texts, in lower case. Nearly all its errors have the status UNKNOWN or 500 and only
 * the text tells them apart. @see https://github.com/weaviate/weaviate/blob/v1.39.0/entities/errors/transient.go
 * and `isTransientReplicationError` in adapters/handlers/grpc/v1/batch/worker.go
 */
const TRANSIENT = [
  'not enough memory',
  'store is read-only',
  'read-only mode is enabled',
  'no space left on device',
  'cannot reach enough replicas',
  'too many requests',
  'leader not found',
  'node not ready',
  'local schema to catch up',
  'maintenance mode',
  'connect: post',
  'resolve node name',
  'client connection is closing',
  'status code: 404, error: request not found',
  'connection refused',
  'connection reset',
  'broken pipe',
  'context deadline exceeded',
  'i/o timeout',
  // Said while a server shuts down, or has its schema but not yet its data.
  'no read replica found',
  'no write replica found',
  'non-existing index for',
]
/** Read-only for a reason that waiting does not end. */
const LASTING = ['manually set by user', 'update vector index config']
const NOT_FOUND = [
  'could not find class',
  'class not found',
  'class is nil: not found',
  'class does not exist',
  'tenant not found',
  'not present in schema',
]
/** The tenant is there, and has to be activated before anything of it can be read or written. */
const INACTIVE = ['tenant not active']
const CONFLICT = ['already exists', 'found similar class', 'already in use or provided multiple times']
/** The key is not known; the gRPC side says so with the status UNKNOWN. */
const UNKNOWN_KEY = ['extract auth:', 'unauthorized: ', 'anonymous access not enabled']
/** Vectorizer modules pass on refusals of other servers, which are not meant. */
const LACKS_RIGHT = /forbidden action|user '[^']*' has insufficient permissions/i
/** One copy of an object was deleted, another one was not, and the class does not let the server decide. */
const CONFLICTING = ['has been deleted on another replica']

/** True where copies do not agree whether an object was deleted. */
export function isDeletionConflict(text: string): boolean {
  return mentions(text, CONFLICTING)
}

/** Copies of objects are on nodes that are down, so that no level of consistency can be had for all shards. */
const LACKS_COPIES = ['inconsistent consistency levels', 'cannot achieve consistency level']
/** A usage limit of the instance. @see usecases/usagelimits/template.go */
const USED_UP = /\blimit of .{1,80} reached\b/i

/** How much of a foreign text is kept; none of a server's own is as long. */
const LONGEST_TEXT = 2000

/** The beginning of a text that came from elsewhere: a hostile one may have any length. */
export function bounded(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).toWellFormed()} …`
}

/** True for a text of the server that says: the same may succeed later. */
export function isTransient(text: string): boolean {
  return mentions(text, TRANSIENT) && !mentions(text, LASTING)
}

/** True for a text that says that the collection or the tenant is not there. */
export function isMissing(text: string): boolean {
  const start = bounded(text)
  return mentions(start, NOT_FOUND) || /class "[^"]*"(?:: not found| does not exist)/.test(start)
}

/** True for a text that says that the tenant cannot be read or written as it is. */
export function isTenantInactive(text: string): boolean {
  return mentions(text, INACTIVE)
}

/** True for a text that says that something of that name is there already. */
export function isTaken(text: string): boolean {
  return mentions(text, CONFLICT)
}

/** True for a text that says that the key is not known, or may not do this. */
export function isRefused(text: string): boolean {
  return mentions(text, UNKNOWN_KEY) || isForbidden(text)
}

/** True for a text that says that the key, which is known, may not do this. */
export function isForbidden(text: string): boolean {
  return LACKS_RIGHT.test(bounded(text))
}

/** True for a text that says that too few copies of objects can be reached. */
export function lacksCopies(text: string): boolean {
  return mentions(text, LACKS_COPIES)
}

/** True for a text that speaks of a limit which no waiting lifts. */
export function isUsedUp(text: string): boolean {
  return USED_UP.test(bounded(text))
}

/** True where a text holds one of these parts, which are in lower case. */
export function mentions(text: string, parts: readonly string[]): boolean {
  const lower = bounded(text).toLowerCase()
  return parts.some((part) => lower.includes(part))
}
