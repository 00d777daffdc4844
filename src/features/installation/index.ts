export { installationAttention } from './attention.ts'
export { createInstallation, type Standing } from './installation.ts'
export type { Probe } from './probes.ts'
export { installationRoutes } from './routes.ts'
