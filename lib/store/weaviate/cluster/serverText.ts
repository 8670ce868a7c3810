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
  // Sent while a server shuts down, or has its schema but not yet its data.
  'no read replica found',
  'no write replica found',
  'no nodes reported object count',
  'could not resolve hostname',
  'non-existing index for',
]
/** Read-only for a reason that waiting does not change. */
const LASTING = ['manually set by user', 'update vector index config']
const NOT_FOUND = [
  'could not find class',
  'class not found',
  'class is nil: not found',
  'class does not exist',
  'tenant not found',
  'not present in schema',
]
/** The tenant exists, but must be activated before it can be read or written. */
const INACTIVE = ['tenant not active']
const CONFLICT = ['already exists', 'found similar class', 'already in use or provided multiple times']
/** The key is unknown; the gRPC side reports this with the status UNKNOWN. */
const UNKNOWN_KEY = ['extract auth:', 'unauthorized: ', 'anonymous access not enabled']
/** Vectorizer modules pass on refusals of other servers, which must not match. */
const LACKS_RIGHT = /forbidden action|user '[^']*' has insufficient permissions/i
/** One replica of an object was deleted, another was not, and the class does not let the server decide. */
const CONFLICTING = ['has been deleted on another replica']

/** True if replicas disagree whether an object was deleted. */
export function isDeletionConflict(text: string): boolean {
  return containsAny(text, CONFLICTING)
}

/** Replicas are on nodes that are down, so that no consistency level is possible for all shards. */
const LACKS_COPIES = ['inconsistent consistency levels', 'cannot achieve consistency level']
/** A usage limit of the instance. @see usecases/usagelimits/template.go */
const USED_UP = /\blimit of .{1,80} reached\b/i

/** How much of a foreign text is kept; the server's own texts are shorter. */
const LONGEST_TEXT = 2000

/** The beginning of a foreign text: a hostile one may have any length. */
export function boundedText(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).toWellFormed()} …`
}

/** True for a server message that means: the same call may succeed later. */
export function isTransient(text: string): boolean {
  return containsAny(text, TRANSIENT) && !containsAny(text, LASTING)
}

/** True for a message that the collection or the tenant does not exist. */
export function isMissing(text: string): boolean {
  const start = boundedText(text)
  return containsAny(start, NOT_FOUND) || /class "[^"]*"(?:: not found| does not exist)/.test(start)
}

/** True for a message that the tenant's state does not allow reading or writing. */
export function isTenantInactive(text: string): boolean {
  return containsAny(text, INACTIVE)
}

/** True for a message that something of that name already exists. */
export function isTaken(text: string): boolean {
  return containsAny(text, CONFLICT)
}

/** True for a message that the key is unknown, or may not do this. */
export function isRefused(text: string): boolean {
  return containsAny(text, UNKNOWN_KEY) || isForbidden(text)
}

/** True for a message that the key, which is known, may not do this. */
export function isForbidden(text: string): boolean {
  return LACKS_RIGHT.test(boundedText(text))
}

/** True for a message that too few replicas can be reached. */
export function lacksCopies(text: string): boolean {
  return containsAny(text, LACKS_COPIES)
}

/** True for a message about a limit that waiting does not end. */
export function isUsedUp(text: string): boolean {
  return USED_UP.test(boundedText(text))
}

/** True if a text contains one of these parts, which are in lower case. */
export function containsAny(text: string, parts: readonly string[]): boolean {
  const lower = boundedText(text).toLowerCase()
  return parts.some((part) => lower.includes(part))
}
