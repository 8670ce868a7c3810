/** Who may read the files that a directory storage creates. */
export interface FileModes {
  readonly file: number
  readonly directory: number
  /** True if the process's umask still removes bits; otherwise the modes are set exactly. */
  readonly masked: boolean
}

const OCTAL = /^0?[0-7]{3}$/

/**
 * Describes the valid values of `--mode`, for the error about an invalid one. The owner must be able to read and
 * write.
 */
export function modeFault(text: string): string | undefined {
  if (text === 'private' || text === 'umask') return undefined
  const mode = OCTAL.test(text) ? Number.parseInt(text, 8) : 0
  if ((mode & 0o700) === 0o600 && (mode & 0o111) === 0) return undefined
  return 'it takes private, umask, or the mode of a file, such as 0640'
}

/**
 * `private`, the default (undefined): the owner alone, and finished files are read-only. `umask`: according to the
 * process's umask. `0640`: exactly that mode; everyone with read permission can also search directories (0750).
 */
export function fileModes(text: string | undefined): FileModes | undefined {
  if (text === undefined || text === 'private') return undefined
  if (text === 'umask') return { file: 0o666, directory: 0o777, masked: true }
  const file = Number.parseInt(text, 8)
  return { file, directory: file | ((file & 0o444) >> 2), masked: false }
}
