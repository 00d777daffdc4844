export { jobAttention } from './attention.ts'
export { createJobDesk } from './jobs.ts'
export { jobRoutes } from './routes.ts'
