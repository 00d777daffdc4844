export { createImports, type Imports } from './imports.ts'
export type { ClientRecords as ImportedClientRecords } from './needs.ts'
export { importRoutes } from './routes.ts'
export { importTasks } from './tasks.ts'
