// The dashboard's page: one script and one style, as the server gives them and as an exported file holds them.
import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** Leaves the indentation of templates out: markup does not need it, and a minifier has to keep what stands in a text. */
const WITHOUT_INDENTATION: Plugin = {
  name: 'without-indentation',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]page[\\/][\w\\/]+\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\n[ \t]+/g, '\n').replace(/>\n(?=<)/g, '>'),
      loader: 'ts',
    }))
  },
}

await mkdir(path('dist/page'), { recursive: true })
await build({
  entryPoints: { page: path('page/main.ts') },
  outdir: path('dist/page'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome120', 'firefox121', 'safari17'],
  legalComments: 'inline',
  plugins: [WITHOUT_INDENTATION],
  banner: { js: '/*! preact, uPlot: MIT; htm: Apache-2.0 */' },
})
await build({
  entryPoints: { page: path('page/style.css') },
  outdir: path('dist/page'),
  bundle: true,
  minify: true,
  target: ['chrome120', 'firefox121', 'safari17'],
})
