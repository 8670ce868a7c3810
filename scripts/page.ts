// The dashboard's page: one script and one style, as the server gives them and as an exported file holds them.
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

await mkdir(path('dist/page'), { recursive: true })
await build({
  entryPoints: { page: path('page/main.ts') },
  outdir: path('dist/page'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome120', 'firefox121', 'safari17'],
  legalComments: 'inline',
  banner: { js: '/*! With preact and uPlot (MIT) and htm (Apache 2.0). */' },
})
await build({
  entryPoints: { page: path('page/style.css') },
  outdir: path('dist/page'),
  bundle: true,
  minify: true,
  target: ['chrome120', 'firefox121', 'safari17'],
})
