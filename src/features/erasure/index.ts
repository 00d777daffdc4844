export { createErasures, type Erasures } from './erasures.ts'
export { erasureRoutes } from './routes.ts'
