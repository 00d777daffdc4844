export { createGroups, type Group, type Groups } from './groups.ts'
export { groupRoutes } from './routes.ts'
