export { tenantRoutes } from './routes.ts'
export { createTenants, type Tenants } from './tenants.ts'
