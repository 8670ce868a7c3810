import { accessSync, constants, lstatSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ownershipFault } from '../../config/ownership.ts'
import { messageOf } from '../../core/errors.ts'
import { roughSize } from '../../core/units.ts'
import { type Check, checksOf } from './check.ts'

/** Less free space than this is a fault, or a warning. */
const FULL_BYTES = 100 * 1024 * 1024
const NEARLY_FULL_BYTES = 2 * 1024 * 1024 * 1024
const NEARLY_FULL_SHARE = 0.05

const { R_OK, W_OK, X_OK } = constants

/**
 * Checks the directories that are written to, and the free space of their disks. A missing directory is made when it is
 * needed, so its nearest existing parent is checked. Makes nothing.
 */
export function checkPlaces(places: Readonly<Record<string, string>>): Check[] {
  const disks = new Map<string, Check>()
  const directories = Object.entries(places).flatMap(([what, path]) => {
    const there = nearestExisting(path)
    const disk = there === undefined ? undefined : diskOf(there)
    if (disk !== undefined && !disks.has(disk.key)) disks.set(disk.key, disk.check)
    return [directoryCheck(what, path, there)]
  })
  return [...directories, ...disks.values()]
}

function nearestExisting(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    if (statSync(at, { throwIfNoEntry: false }) !== undefined) return at
    if (at === dirname(at)) return undefined
  }
}

function directoryCheck(label: string, path: string, there: string | undefined): Check {
  const { ok, warning, fault } = checksOf('directories')
  const subject = `${label}: ${path}`
  try {
    if (there === undefined) return fault(subject, 'cannot be made', `make ${path}`)
    const stats = statSync(there)
    if (!stats.isDirectory()) return fault(subject, `${there} is not a directory`, `move ${there} away`)
    accessSync(there, R_OK | W_OK | X_OK)
    if (there !== path) return ok(subject, 'is not there yet; it is made when it is needed')
    const foreign = ownershipFault(stats)
    if (foreign !== undefined)
      return warning(subject, foreign, `chown and chmod 700 ${path}, unless that is meant`)
    const isLink = lstatSync(path).isSymbolicLink() ? ', a link' : ''
    return ok(subject, `mode ${(stats.mode & 0o777).toString(8).padStart(3, '0')}${isLink}`)
  } catch (error) {
    const next = 'it has to belong to you: chown and chmod u+rwx; or name another one (XDG_…, --backup-root)'
    return fault(subject, `cannot be written to: ${messageOf(error)}`, next)
  }
}

function diskOf(path: string): { readonly key: string; readonly check: Check } | undefined {
  try {
    const { bavail, blocks, bsize } = statfsSync(path)
    return { key: String(statSync(path).dev), check: diskCheck(path, bavail * bsize, blocks * bsize) }
  } catch {
    return undefined
  }
}

/** Judges the free space of a disk. */
export function diskCheck(path: string, free: number, all: number): Check {
  const { ok, warning, fault } = checksOf('disk')
  const fact = `${roughSize(free)} free of ${roughSize(all)}`
  const next = '`elysiactl col catalog cleanup` shows which archives no rule keeps'
  if (free < FULL_BYTES) return fault(path, `full: ${fact}`, next)
  if (free < NEARLY_FULL_BYTES || free < all * NEARLY_FULL_SHARE)
    return warning(path, `nearly full: ${fact}`, next)
  return ok(path, fact)
}
