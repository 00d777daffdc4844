export { createEmergencySheets, type EmergencySheets } from './emergency-sheets.ts'
export { emergencySheetRoutes } from './routes.ts'
