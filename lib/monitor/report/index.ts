/** All that the command needs of reports, loaded together when it is called. */

export { readExpectations } from '../expect/expectations.ts'
export { reportHtml } from './html.ts'
export { report } from './report.ts'
export { standing } from './standing.ts'
