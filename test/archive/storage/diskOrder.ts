import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

/**
 * What reached the disk, in order: `write NAME`, `sync NAME`, `rename FROM → TO`, `remove NAME`. Import this before
 * the code under test, once in a process: it stands between that code and node:fs and does what it was asked.
 */
export const diskCalls: string[] = []

const names = new Map<number, string>()

function nameOf(fd: number): string {
  return names.get(fd) ?? `descriptor ${fd}`
}

/** A random ending of an unfinished file, so that two runs say the same. */
function plain(path: unknown): string {
  return basename(String(path)).replace(/[0-9a-f]{8}$/, 'X')
}

const open = fs.promises.open
const probe = await open(process.execPath, 'r')
const prototype = Object.getPrototypeOf(probe) as Record<string, (...args: unknown[]) => Promise<unknown>>
await probe.close()

fs.promises.open = async (path, ...rest) => {
  const handle = await open(path, ...rest)
  names.set(handle.fd, plain(path))
  return handle
}
for (const [method, word] of [
  ['sync', 'sync'],
  ['datasync', 'sync'],
  ['write', 'write'],
  ['writev', 'write'],
  ['writeFile', 'write'],
  ['appendFile', 'write'],
] as const) {
  const own = prototype[method]!
  prototype[method] = function (this: { fd: number }, ...args: unknown[]) {
    note(`${word} ${nameOf(this.fd)}`)
    return own.apply(this, args)
  }
}

const rename = fs.promises.rename
fs.promises.rename = async (from, to) => {
  diskCalls.push(`rename ${plain(from)} → ${plain(to)}`)
  await rename(from, to)
}
const unlink = fs.promises.unlink
fs.promises.unlink = async (path) => {
  diskCalls.push(`remove ${plain(path)}`)
  await unlink(path)
}

const { openSync, writeSync, fdatasyncSync, fsyncSync, renameSync } = fs
fs.openSync = (path, ...rest) => {
  const fd = openSync(path, ...rest)
  names.set(fd, plain(path))
  return fd
}
fs.writeSync = ((fd: number, ...rest: unknown[]) => {
  note(`write ${nameOf(fd)}`)
  return (writeSync as (...args: unknown[]) => number)(fd, ...rest)
}) as typeof writeSync
fs.fdatasyncSync = (fd) => {
  diskCalls.push(`sync ${nameOf(fd)}`)
  fdatasyncSync(fd)
}
fs.fsyncSync = (fd) => {
  diskCalls.push(`sync ${nameOf(fd)}`)
  fsyncSync(fd)
}
fs.renameSync = (from, to) => {
  diskCalls.push(`rename ${plain(from)} → ${plain(to)}`)
  renameSync(from, to)
}
syncBuiltinESMExports()

/** Writes to one file that follow each other are one. */
function note(call: string): void {
  if (diskCalls.at(-1) !== call) diskCalls.push(call)
}
