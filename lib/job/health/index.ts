/** Everything that the command needs for `cluster health`, loaded together on first use. */
export { checkHealth } from './health.ts'
