import { createHash } from 'node:crypto'
import type { Assets } from './assets.ts'
import { policy } from './guard/headers.ts'

/** The page as a server gives it: script and style are files of their own. */
export const SERVED_POLICY = policy({ script: "'self'", style: "'self'", connect: "'self'" })

/** The page of a server. `facts` is any value of JSON. */
export function servedPage(facts: unknown): string {
  return page({
    head: '<link rel="stylesheet" href="/page.css">\n<script src="/page.js" defer></script>',
    facts: `<script type="application/json" id="facts">${embedded(facts)}</script>`,
    tail: '',
  })
}

/** The page as one file that asks nobody for anything: its policy names script and style by their hashes. `facts` is JSON, gzipped. */
export function wholePage(facts: Buffer, { script, style }: Assets): string {
  const allowed = policy({ script: hashOf(script), style: hashOf(style) })
  return page({
    head: `<meta http-equiv="Content-Security-Policy" content="${allowed}">\n<style>${style}</style>`,
    facts: `<script type="application/gzip" id="facts">${facts.toString('base64')}</script>`,
    tail: `<script>${script}</script>\n`,
  })
}

/** Where the token of a link is left behind, for a request that a redirect would not give the cookie back to. */
export const ENTRANCE =
  '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">' +
  '<title>elysiactl</title><p><a href="/">To the dashboard</a></p></html>\n'

/** JSON that may stand in a page: nothing in it ends the element, or begins another. */
export function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}

function page({ head, facts, tail }: { head: string; facts: string; tail: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>elysiactl</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
<div id="page"><noscript>This page needs JavaScript. elysiactl report says the same in text.</noscript></div>
${facts}
${tail}</body>
</html>
`
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
