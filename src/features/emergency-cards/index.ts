export { createEmergencyCards, type EmergencyCards } from './emergency-cards.ts'
export { emergencyCardRoutes } from './routes.ts'
export type { CardClient, CardContact } from './card.ts'
