/** Everything that the command needs for `col migrate`, loaded together on first use. */
export { runMigrate } from './migrate.ts'
