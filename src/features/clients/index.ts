export { createClients, type Clients } from './clients.ts'
export { clientRoutes } from './routes.ts'
export { searchRoutes } from './search/routes.ts'
export { createClientErasing, type ErasedPerson } from './erasing.ts'
