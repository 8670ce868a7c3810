import { createHash } from 'node:crypto'
import type { Assets } from './assets.ts'
import { contentSecurityPolicy } from './guard/headers.ts'

/** The policy of the served page: script and style are separate files. */
export const SERVED_POLICY = contentSecurityPolicy({ script: "'self'", style: "'self'", connect: "'self'" })

/** The page that a server sends. `facts` is any JSON value. */
export function servedPage(facts: unknown): string {
  return page({
    head: '<link rel="stylesheet" href="/page.css">\n<script src="/page.js" defer></script>',
    facts: `<script type="application/json" id="facts">${jsonForHtml(facts)}</script>`,
    tail: '',
  })
}

/**
 * The page as one file that needs no server: its policy names script and style by their hashes. `facts` is gzipped
 * JSON.
 */
export function wholePage(facts: Buffer, { script, style }: Assets): string {
  const allowed = contentSecurityPolicy({ script: hashOf(script), style: hashOf(style) })
  return page({
    head: `<meta http-equiv="Content-Security-Policy" content="${allowed}">\n<style>${style}</style>`,
    facts: `<script type="application/gzip" id="facts">${facts.toString('base64')}</script>`,
    tail: `<script>${script}</script>\n`,
  })
}

/** A page that drops the token from the address, for requests whose redirect would not send the new cookie back. */
export const ENTRANCE =
  '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">' +
  '<title>elysiactl</title><p><a href="/">To the dashboard</a></p></html>\n'

/** JSON that is safe inside a page: nothing in it can end the element or begin another. */
function jsonForHtml(value: unknown): string {
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
