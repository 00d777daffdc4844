export { createReadiness, type Readiness } from './readiness.ts'
export { readinessRoutes } from './routes.ts'
