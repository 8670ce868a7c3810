import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What opens an address on each system; elsewhere as on Linux. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['explorer.exe'],
}
const OTHERWISE: readonly [string, ...string[]] = ['xdg-open']

/** A browser that was asked to open a link. */
export interface Opened {
  /** True where a program took it. */
  readonly isOpened: boolean
  /** Removes what was made for it. */
  forget(): Promise<void>
}

/**
 * Opens a link in the user's browser. All programs see the arguments of all others, so the link, which holds a secret, stands
 * in a file that the user alone may read, and the file is opened.
 */
export async function openInBrowser(
  link: string,
  opener = OPENERS[process.platform] ?? OTHERWISE,
): Promise<Opened> {
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
