export { createAsking } from './asking.ts'
export { createPasswordLinks } from './password-links.ts'
export { createPasswordResets } from './password-resets.ts'
export { passwordResetRoutes } from './routes.ts'
