export { createActiveSessions, type ActiveSessions, type Ending, type Standing } from './active-session.ts'
export { sessionRoutes } from './routes.ts'
export { streamRoutes } from './stream/routes.ts'
