/** Everything that the command needs for reports, loaded together on first use. */

export { readExpectations } from '../expect/expectations.ts'
export { reportHtml } from './html.ts'
export { report } from './report.ts'
export { standingFindings } from './standingFindings.ts'
