export { backupAttention } from './attention.ts'
export { backupRoutes } from './routes.ts'
