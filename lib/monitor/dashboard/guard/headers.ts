/** What goes with every answer: nothing is kept, framed, guessed or told to others. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': policy({}),
}

/** Where scripts and styles of a page come from: `'self'`, or a hash. */
export interface Sources {
  readonly script?: string
  readonly style?: string
  /** What the page may ask for; nothing by default. */
  readonly connect?: string
}

/** A policy that allows these alone. */
export function policy({ script, style, connect }: Sources): string {
  return [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src ${script}`]),
    ...(style === undefined ? [] : [`style-src ${style}`]),
    ...(connect === undefined ? [] : [`connect-src ${connect}`]),
    ...(script === undefined ? [] : ['img-src data:']),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
