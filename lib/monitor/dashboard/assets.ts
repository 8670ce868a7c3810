import { readFile } from 'node:fs/promises'
import { ElysiaError } from '../../core/errors.ts'

/** The files that the page consists of, besides its facts. */
export interface Assets {
  readonly script: string
  readonly style: string
}

/** Where the build puts the assets: works from the sources, from dist/lib and from the bundled command. */
function placeOf(here: string): URL {
  if (here.endsWith('.cjs')) return new URL('../page/', here)
  return new URL(here.endsWith('.ts') ? '../../../dist/page/' : '../../../page/', here)
}

/** Reads the assets. @throws ElysiaError ELYSIA_INTERNAL if the installation lacks them */
export async function readAssets(): Promise<Assets> {
  const place = placeOf(import.meta.url)
  try {
    const read = (name: string) => readFile(new URL(name, place), 'utf8')
    const [script, style] = await Promise.all([read('page.js'), read('page.css')])
    return { script, style }
  } catch (cause) {
    throw new ElysiaError('ELYSIA_INTERNAL', `the files of the page are missing from ${place.pathname}`, {
      hint: 'install elysiactl again; from its sources: `npm run build`',
      cause,
    })
  }
}
