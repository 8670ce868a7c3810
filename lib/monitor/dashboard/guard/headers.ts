/** Headers of every answer: it must not be stored, framed, sniffed or passed on. */
export const ALWAYS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': contentSecurityPolicy({}),
}

/** Where scripts and styles of a page come from: `'self'`, or a hash. */
export interface Sources {
  readonly script?: string
  readonly style?: string
  /** Where the page may send requests; nowhere by default. */
  readonly connect?: string
}

/** A content security policy that allows only these. */
export function contentSecurityPolicy({ script, style, connect }: Sources): string {
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
