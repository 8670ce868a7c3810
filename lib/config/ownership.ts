/** The owner and mode from a file's status. */
export interface Ownership {
  readonly uid: number
  readonly gid: number
  readonly mode: number
}

const GROUP_WRITES = 0o020
const OTHERS_WRITE = 0o002
const GROUP_OR_OTHERS_READ = 0o044

/**
 * Why somebody else may have written a file, as the end of a sentence; undefined if only the user and root can have.
 * A group with the user's own number counts as the user. Undefined on systems without owners.
 */
export function ownershipFault({ uid, gid, mode }: Ownership): string | undefined {
  const own = process.geteuid?.()
  if (own === undefined) return undefined
  if (uid !== own && uid !== 0) return `it belongs to another user (${uid})`
  if ((mode & OTHERS_WRITE) !== 0) return 'everyone may write to it'
  return (mode & GROUP_WRITES) !== 0 && !isOwnGroup(gid, own) ? 'its group may write to it' : undefined
}

/** True if anybody other than the user may read a file. */
export function isReadByOthers({ gid, mode }: Ownership): boolean {
  const own = process.geteuid?.()
  if (own === undefined) return false
  return (mode & (isOwnGroup(gid, own) ? 0o004 : GROUP_OR_OTHERS_READ)) !== 0
}

function isOwnGroup(gid: number, own: number): boolean {
  return own !== 0 && gid === own && process.getegid?.() === gid
}
