export { settingsRoutes } from './routes.ts'
export type { TenantSettings } from './schema.ts'
export { createSettings, type Settings } from './settings.ts'
