export { createActiveSessions, type ActiveSessions, type Standing } from './active-session.ts'
