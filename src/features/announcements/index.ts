export { createAnnouncements, type Announcements } from './announcements.ts'
export { announcementRoutes } from './routes.ts'
