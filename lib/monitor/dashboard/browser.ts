import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The program that opens an address on each system; other systems use that of Linux. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}
const OTHERWISE: readonly [string, ...string[]] = ['xdg-open']

/** The result of asking a browser to open a link. */
export interface OpenedLink {
  /** True if a program accepted the link. */
  readonly isOpened: boolean
  /** Removes the file that was made for the link. */
  forget(): Promise<void>
}

/**
 * Opens a link in the user's browser. Every program can see the arguments of all others, so the link, which contains a
 * secret, stands in a file that only the user can read, and that file is opened.
 */
export async function openInBrowser(
  link: string,
  opener = OPENERS[process.platform] ?? OTHERWISE,
): Promise<OpenedLink> {
  const directory = await mkdtemp(join(tmpdir(), 'elysiactl-'))
  const forget = () => rm(directory, { recursive: true, force: true })
  try {
    const file = join(directory, 'dashboard.html')
    await writeFile(file, pageTo(link), { mode: 0o600 })
    const [command, ...words] = opener
    const child = spawn(command, [...words, pathToFileURL(file).href], { stdio: 'ignore', detached: true })
    await once(child, 'spawn')
    child.on('error', () => {})
    child.unref()
    return { isOpened: true, forget }
  } catch {
    await forget()
    return { isOpened: false, forget: async () => {} }
  }
}

function pageTo(link: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${link}">
<title>elysiactl</title><p><a href="${link}">To the dashboard</a></p></html>
`
}
