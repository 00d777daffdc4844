export { createEmergencyContacts, type EmergencyContacts } from './emergency-contacts.ts'
export { relationshipCodes } from './relationships.ts'
export { emergencyContactRoutes } from './routes.ts'
export type { EmergencyContact } from './contact.ts'
