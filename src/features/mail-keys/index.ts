export { createMailKeys } from './mail-keys.ts'
export { mailKeyRoutes } from './routes.ts'
