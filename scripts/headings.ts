/** A heading of a Markdown page, with the anchor that GitHub gives it. */
export interface Heading {
  readonly depth: number
  readonly title: string
  readonly anchor: string
}

const FENCED = /^```[\s\S]*?^```$/gm

/** The headings of a page, in order; lines in fenced code are none. */
export function headingsOf(page: string): Heading[] {
  const seen = new Map<string, number>()
  return [...page.replace(FENCED, '').matchAll(/^(#+) (.*)$/gm)].map(([, marks = '', title = '']) => {
    const plain = slug(title)
    const earlier = seen.get(plain) ?? 0
    seen.set(plain, earlier + 1)
    return { depth: marks.length, title, anchor: earlier === 0 ? plain : `${plain}-${earlier}` }
  })
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}
