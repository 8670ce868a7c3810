import { together } from '../../run/together.ts'

await together(import.meta.dirname)
