export { createDrills, type Drills, type Sought } from './drills.ts'
export { drillRoutes } from './routes.ts'
